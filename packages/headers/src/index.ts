export type { HeaderChoices } from './choices.ts'
export { clearSiteData, type SiteData } from './clear-site-data.ts'
export { cspHash } from './content-security-policy.ts'
export { type CorsOptions, cors } from './cors.ts'
export { type CrossSiteToken, type CrossSiteTokenState, crossSiteToken } from './cross-site-token.ts'
export type {
  CspDirectives,
  CspHash,
  CspHost,
  CspKeyword,
  CspScheme,
  CspSource,
  SandboxToken,
  SourceDirective,
} from './csp-directives.ts'
export { type CspState, cspNonce } from './csp-nonce.ts'
export { type HttpsOnlyOptions, httpsOnly } from './https-only.ts'
export type { OriginPattern } from './origins.ts'
export type { Allowance, Feature, PermissionsPolicy } from './permissions-policy.ts'
export type { ProfileName } from './profile.ts'
export { type ReceiveReportsOptions, receiveReports } from './receive-reports.ts'
export { type Exemption, type SameOriginOptions, sameOrigin } from './same-origin.ts'
export { type SecurityHeadersOptions, securityHeaders } from './security-headers.ts'
export type { StrictTransportSecurity } from './strict-transport-security.ts'
