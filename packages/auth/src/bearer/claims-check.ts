import type { Fault } from '../credential-source.ts'
import { invalid } from '../credential-source.ts'
import type { TrustedIssuer } from './issuer.ts'

const EXPIRED = invalid('the token has expired', { description: 'The access token has expired.' })
const NO_EXPIRY = invalid('the token has no expiry, or one that is no number')
const NOT_YET = invalid('the token is not valid yet')
const BAD_TIME = invalid('a time in the token is no number')
const AUDIENCE = invalid('the token is for another audience')
const ID_TOKEN = invalid('the token is an ID token and not an access token')

/** Members that only ID tokens have, and the marks that Cognito and Keycloak put on them. */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash']

/** What is wrong with the claims of a token whose signature is right (RFC 7519 §4.1, RFC 9068 §4). */
export function claimsFault(
  claims: Readonly<Record<string, unknown>>,
  { audiences, toleranceMs }: TrustedIssuer,
  now: number,
): Fault | undefined {
  const { exp, nbf, iat, aud } = claims
  if (!isTime(exp)) return NO_EXPIRY
  if ((nbf !== undefined && !isTime(nbf)) || (iat !== undefined && !isTime(iat))) return BAD_TIME
  if (now >= exp * 1000 + toleranceMs) return EXPIRED
  if (nbf !== undefined && now < nbf * 1000 - toleranceMs) return NOT_YET
  if (!isFor(audiences, aud)) return AUDIENCE
  return isIdToken(claims) ? ID_TOKEN : undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isFor(audiences: ReadonlySet<string>, claimed: unknown): boolean {
  if (typeof claimed === 'string') return audiences.has(claimed)
  if (!Array.isArray(claimed) || claimed.some((entry) => typeof entry !== 'string')) return false
  return claimed.some((entry) => audiences.has(entry as string))
}

function isIdToken(claims: Readonly<Record<string, unknown>>): boolean {
  const { token_use: use, typ } = claims
  return use === 'id' || typ === 'ID' || typ === 'Refresh' || OF_ID_TOKENS.some((name) => Object.hasOwn(claims, name))
}
