import { AshlarError, type Principal, type RequestView } from '@ashlar/core'

import { addressKey } from './address-key.ts'

/** Reads what to count a request under. Called once for each request; a promise or an empty string is an error. */
export type KeyFunction = (request: RequestView, state: Readonly<object>) => string

/** What requests are counted under. */
export type LimitBy = 'address' | 'principal' | 'api-key' | KeyFunction

/** Requests whose address is not known count together, since each of them could be anybody's. */
const UNKNOWN_ADDRESS = 'unknown'

export function keyFunction(by: LimitBy, ipv6Prefix: number): KeyFunction {
  if (by === 'address') return byAddress(ipv6Prefix)
  if (by === 'principal') return (_, state) => principalKey((state as { principal: Principal }).principal)
  if (by === 'api-key') return (_, state) => apiKeyKey((state as { principal: Principal }).principal)
  return (request, state) => {
    const key: unknown = by(request, state)
    if (typeof key === 'string' && key !== '') return key
    throw new AshlarError(
      'ERR_RATE_LIMIT_KEY',
      `The "by" function of a rate limit answered ${key === '' ? 'an empty string' : typeof key}, not a string to count by.`,
    )
  }
}

export function byAddress(ipv6Prefix: number): KeyFunction {
  return ({ address }) => (address === undefined ? UNKNOWN_ADDRESS : addressKey(address, ipv6Prefix))
}

/** A subject is unique together with its issuer; an issuer holds no line break. */
export function principalKey({ issuer, subject }: Principal): string {
  return issuer === undefined ? subject : `${issuer}\n${subject}`
}

/** Each API key has a limit of its own; a principal without one has its own as well. */
function apiKeyKey(principal: Principal): string {
  return principal.kind === 'api-key' ? `key\n${principal.keyId}` : principalKey(principal)
}
