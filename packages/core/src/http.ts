export { canonicalAddress, clientAddress, compileTrust, type TrustProxy, trustNone } from './http/address.ts'
export { parseUrl } from './http/parse-url.ts'
export { compilePaths } from './request/path-pattern.ts'
