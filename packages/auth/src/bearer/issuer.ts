import { type Fetch, secureUrl } from '@ashlar/core/http'
import { type Algorithm, checkAlgorithms } from '@ashlar/core/keys'
import {
  custom,
  duration,
  group,
  type OptionPlace,
  type OptionReader,
  type OptionTable,
  optional,
  orElse,
  text,
} from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { discoverJwksUrl } from '../keys/discovery.ts'
import { type KeySource, type StaticKeys, staticKeys } from '../keys/key-source.ts'
import { RemoteKeys } from '../keys/remote-keys.ts'
import { isSymmetric } from '../keys/verification-key.ts'
import { oneOrMore } from '../reading/one-or-more.ts'
import { type ClaimNames, type ClaimPaths, claimNames } from './claim-mapping.ts'

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
  /** How far the issuer's clock may differ. At most `'5m'`. Default `'0s'`. */
  readonly clockTolerance?: Duration
  /** How a JWKS URL is asked. */
  readonly jwks?: JwksOptions
}

export interface JwksOptions {
  /** Keys older than this are fetched again behind the requests. `'1s'` to `'1d'`. Default `'10m'`. */
  readonly maxAge?: Duration
  /** How much longer the last keys are kept when they can't be fetched. At most `'30d'`. Default `'1d'`. */
  readonly staleIfError?: Duration
  /** The shortest time between two fetches that unknown keys cause; tokens with unknown keys wait for it. At most `'10s'`. Default `'1s'`. */
  readonly cooldown?: Duration
  /** How long one fetch may take. At most `'60s'`. Default `'5s'`. */
  readonly timeout?: Duration
}

/** Issuer options, checked and compiled. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly audiences: ReadonlySet<string>
  readonly algorithms: ReadonlySet<Algorithm>
  readonly keys: KeySource
  /** In lower case, without `application/`. */
  readonly types: ReadonlySet<string>
  readonly claims: ClaimPaths
  readonly toleranceMs: number
}

/** What an issuer's keys are fetched with. */
export interface KeyFetching {
  readonly fetch: Fetch
  readonly clock: Clock
  /** Told when keys can't be fetched behind the requests. */
  readonly onError: (error: unknown) => void
}

/** A text, or a list of them. */
export const audience: OptionReader<readonly string[]> = oneOrMore(
  text({ says: "this API's name at the issuer", quote: true }),
)

const JWKS = {
  maxAge: duration({ min: '1s', max: '1d', fallback: '10m' }),
  staleIfError: duration({ min: '0ms', max: '30d', fallback: '1d' }),
  cooldown: duration({ min: '0ms', max: '10s', fallback: '1s' }),
  timeout: duration({ max: '60s', fallback: '5s' }),
} satisfies OptionTable<JwksOptions>

/** Issuer options, each read on its own. */
export interface IssuerSettings {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly algorithms: ReadonlySet<Algorithm>
  readonly keys: URL | StaticKeys | undefined
  readonly types: readonly string[]
  readonly claims: ClaimPaths
  readonly clockTolerance: number
  readonly jwks: {
    readonly maxAge: number
    readonly staleIfError: number
    readonly cooldown: number
    readonly timeout: number
  }
}

/** A reader for each option of an issuer. Of what hangs together `compileIssuer` makes sense. */
export const ISSUER: { readonly [Name in keyof IssuerSettings]: OptionReader<IssuerSettings[Name]> } = {
  issuer: text({ says: 'the issuer exactly as tokens have it in "iss"', quote: true }),
  audience,
  algorithms: custom((value, at) => checkAlgorithms(at.where, value as readonly Algorithm[] | undefined)),
  keys: optional(custom((value) => value as URL | StaticKeys)),
  types: orElse(oneOrMore(text({ quote: true })), () => ['at+jwt']),
  claims: claimNames,
  clockTolerance: duration({ min: '0ms', max: '5m', fallback: '0ms' }),
  jwks: group(JWKS),
} satisfies OptionTable<IssuerOptions>

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function compileIssuer(at: OptionPlace, settings: IssuerSettings, fetching: KeyFetching): TrustedIssuer {
  const { issuer, algorithms, types, claims, clockTolerance: toleranceMs } = settings
  return Object.freeze({
    issuer,
    audiences: new Set(settings.audience),
    algorithms,
    keys: keySource(at, settings, fetching),
    types: new Set(types.map(mediaSubtype)),
    claims,
    toleranceMs,
  })
}

/** `at+jwt` and `application/at+jwt` are one type (RFC 7515 §4.1.9). */
export function mediaSubtype(type: string): string {
  const lower = type.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}

function keySource(
  at: OptionPlace,
  { issuer, keys, algorithms, jwks }: IssuerSettings,
  fetching: KeyFetching,
): KeySource {
  const settings = {
    ...{ algorithms, ...fetching, timeoutMs: jwks.timeout },
    ...{ maxAgeMs: jwks.maxAge, staleMs: jwks.staleIfError, cooldownMs: jwks.cooldown },
  }
  const place = at.in('keys')
  if (keys === undefined) {
    if (isSymmetric(algorithms) || !/^https?:\/\//.test(issuer)) {
      throw place.missing(
        'It is the issuer\'s JWKS URL, or its keys. They are discovered only where "issuer" is a URL.',
      )
    }
    secureUrl(at.where, at.in('issuer').option, issuer)
    return new RemoteKeys({ ...settings, locate: () => discoverJwksUrl(issuer, settings) })
  }
  if (!(keys instanceof URL) && !(typeof keys === 'string' && /^https?:\/\//i.test(keys))) {
    return staticKeys(place, keys, algorithms)
  }
  if (isSymmetric(algorithms)) {
    throw place.unsafe(
      'is a URL, and a shared secret is not fetched from one. Use an algorithm with public keys, such as RS256',
    )
  }
  const url = secureUrl(at.where, place.option, keys).href
  return new RemoteKeys({ ...settings, locate: () => url })
}
