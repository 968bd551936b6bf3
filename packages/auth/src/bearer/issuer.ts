import { ConfigurationError } from '@ashlar/core'
import { type Fetch, secureUrl } from '@ashlar/core/http'
import { type Algorithm, checkAlgorithms } from '@ashlar/core/keys'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'
import { discoverJwksUrl } from '../keys/discovery.ts'
import { type KeySource, type StaticKeys, staticKeys } from '../keys/key-source.ts'
import { RemoteKeys } from '../keys/remote-keys.ts'
import { isSymmetric } from '../keys/verification-key.ts'
import { type ClaimNames, checkClaimNames } from './claim-mapping.ts'

/** An issuer whose tokens are accepted, and on which terms. */
export interface IssuerOptions {
  /** Compared with `iss` character by character. */
  readonly issuer: string
  /** This API's name at the issuer: one of them must be among the token's `aud`. */
  readonly audience: string | readonly string[]
  /** Those the issuer signs with. */
  readonly algorithms: readonly Algorithm[]
  /**
   * A JWKS URL, a JWKS, a JWK, a public key, or for HS algorithms a secret as long as the hash at least.
   * Default: the JWKS that the issuer's metadata name (OpenID Connect Discovery, RFC 8414).
   */
  readonly keys?: URL | StaticKeys
  /**
   * Token types (`typ`) that are accepted. `'at+jwt'` is an access token by RFC 9068. `'JWT'` also accepts a token without
   * a type, as many issuers write them; what looks like an ID token is refused even then. Default `['at+jwt']`.
   */
  readonly types?: readonly string[]
  /** Which claims say what. */
  readonly claims?: ClaimNames
  /** How far the issuer's clock may differ. Seconds, 0 to 300. Default 0. */
  readonly clockToleranceSeconds?: number
  /** How a JWKS URL is asked. */
  readonly jwks?: JwksOptions
}

export interface JwksOptions {
  /** Keys older than this are fetched again behind the requests. Default 600. */
  readonly maxAgeSeconds?: number
  /** How long the last keys are kept when they can't be fetched. Default 86 400. */
  readonly staleIfErrorSeconds?: number
  /** The shortest time between two fetches that unknown keys cause; tokens with unknown keys wait for it. Default 1. */
  readonly cooldownSeconds?: number
  /** How long one fetch may take. Default 5. */
  readonly timeoutSeconds?: number
}

/** Issuer options, checked and compiled. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly audiences: ReadonlySet<string>
  readonly algorithms: ReadonlySet<Algorithm>
  readonly keys: KeySource
  /** In lower case, without `application/`. */
  readonly types: ReadonlySet<string>
  readonly claims: ClaimNames
  readonly toleranceMs: number
}

export const ISSUER_OPTIONS = [
  'issuer',
  'audience',
  'algorithms',
  'keys',
  'types',
  'claims',
  'clockToleranceSeconds',
  'jwks',
] as const

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function compileIssuer(where: string, options: IssuerOptions, fetch: Fetch, clock: Clock): TrustedIssuer {
  const { issuer, types = ['at+jwt'], claims = {} } = options
  if (typeof issuer !== 'string' || issuer === '') {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "issuer" is required, exactly as tokens have it in "iss".`,
    )
  }
  const algorithms = checkAlgorithms(where, options.algorithms)
  const audiences = namesOption(where, 'audience', options.audience, "this API's name at the issuer")
  checkClaimNames(where, claims)
  return Object.freeze({
    issuer,
    audiences,
    algorithms,
    keys: keySource(where, options, algorithms, fetch, clock),
    types: new Set([...namesOption(where, 'types', types, "such as ['at+jwt']")].map(mediaSubtype)),
    claims: Object.freeze({ ...claims }),
    toleranceMs:
      1000 *
      numberOption(where, 'clockToleranceSeconds', options.clockToleranceSeconds, { min: 0, max: 300, fallback: 0 }),
  })
}

/** `at+jwt` and `application/at+jwt` are one type (RFC 7515 §4.1.9). */
export function mediaSubtype(type: string): string {
  const lower = type.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}

function namesOption(where: string, name: string, value: unknown, meaning: string): ReadonlySet<string> {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (value === undefined || names.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "${name}" is required: ${meaning}.`)
  }
  if (names.some((entry) => typeof entry !== 'string' || entry === '')) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "${name}" is a text or a list of texts: ${meaning}.`)
  }
  return new Set(names as readonly string[])
}

function keySource(
  where: string,
  { issuer, keys, jwks = {} }: IssuerOptions,
  algorithms: ReadonlySet<Algorithm>,
  fetch: Fetch,
  clock: Clock,
): KeySource {
  const settings = { algorithms, fetch, clock, ...jwksSettings(where, jwks) }
  if (keys === undefined) {
    if (isSymmetric(algorithms) || !/^https?:\/\//.test(issuer)) {
      throw new ConfigurationError(
        'ERR_OPTION_MISSING',
        `${where}: "keys" is required: the issuer's JWKS URL, or its keys. They are discovered only where "issuer" is a URL.`,
      )
    }
    secureUrl(where, 'issuer', issuer)
    return new RemoteKeys({ ...settings, locate: () => discoverJwksUrl(issuer, settings) })
  }
  if (!(keys instanceof URL) && !(typeof keys === 'string' && /^https?:\/\//i.test(keys))) {
    return staticKeys(where, keys, algorithms)
  }
  if (isSymmetric(algorithms)) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${where}: a shared secret is not fetched from a URL. Use an algorithm with public keys, such as RS256.`,
    )
  }
  const url = secureUrl(where, 'keys', keys).href
  return new RemoteKeys({ ...settings, locate: () => url })
}

function jwksSettings(where: string, jwks: JwksOptions) {
  const at = `${where}: jwks`
  checkOptionNames(at, jwks, ['maxAgeSeconds', 'staleIfErrorSeconds', 'cooldownSeconds', 'timeoutSeconds'])
  const seconds = (name: keyof JwksOptions, min: number, max: number, fallback: number): number =>
    1000 * numberOption(at, name, jwks[name], { min, max, fallback })
  return {
    maxAgeMs: seconds('maxAgeSeconds', 1, 86_400, 600),
    staleMs: seconds('staleIfErrorSeconds', 0, 2_592_000, 86_400),
    cooldownMs: seconds('cooldownSeconds', 0, 10, 1),
    timeoutMs: seconds('timeoutSeconds', 0.001, 60, 5),
  }
}
