import type { Awaitable, RequestView } from '@ashlar/core'
import { type Fetch, requestJson, secureUrl } from '@ashlar/core/http'
import {
  callback,
  clock,
  custom,
  duration,
  orElse,
  orFalse,
  readOptions,
  text,
  wholeNumber,
} from '@ashlar/core/options'
import { type BoundedMap, boundedMap, type Clock, type Duration, singleFlight } from '@ashlar/core/time'

import { type ClaimNames, claimNames, principalOf } from '../bearer/claim-mapping.ts'
import { audience } from '../bearer/issuer.ts'
import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { BindingCheck } from '../proof/binding-check.ts'
import { type ProofOfPossession, proofs } from '../proof/proof-of-possession.ts'
import { whenKnown } from '../when-known.ts'

export interface IntrospectionOptions {
  /** The introspection endpoint. */
  readonly endpoint: string | URL
  /** The issuer whose tokens they are; an answer that names another is refused. */
  readonly issuer: string
  /** This API's name at the issuer; `false` where the endpoint's answers name no audience and it decides itself for whom a token is. */
  readonly audience: string | readonly string[] | false
  /** How this API authenticates to the endpoint (`client_secret_basic`). */
  readonly clientId: string
  readonly clientSecret: string
  readonly claims?: ClaimNames
  /** How long an answer is believed, and never longer than the token lives. At most `'5m'`. Default `'10s'`. */
  readonly cache?: Duration
  /** How many good tokens are remembered, and beside them as many others. Default 10 000. */
  readonly maxRemembered?: number
  /** How long the endpoint may take. At most `'60s'`. Default `'5s'`. */
  readonly timeout?: Duration
  readonly proofs?: readonly ProofOfPossession[]
  readonly clock?: Clock
  readonly fetch?: Fetch
}

interface Answer {
  readonly credential: string
  readonly verdict: Verified | Fault
  readonly askedAt: number
  readonly endsAt: number
}

/** Of what is remembered, for each answer: of long tokens fewer are. */
const CHARACTERS_PER_TOKEN = 2048

const CREDENTIALS = /^(?:bearer|dpop) +([A-Za-z0-9\-._~+/]+=*)$/i
const MAX_LENGTH = 8192

const SYNTAX = malformed('the Authorization header holds no token', {
  description: 'The Authorization header could not be read.',
})
const TOO_LONG = invalid('the token is too long')
const INACTIVE = invalid('the token is not active')
const ISSUER = invalid('the token is of another issuer')
const AUDIENCE = invalid('the token is for another audience')
const EXPIRED = invalid('the token has expired')

/**
 * Opaque access tokens: the issuer is asked about each (RFC 7662) and its answer believed for a few seconds. When it can't
 * be asked the request is refused with 503. Beside `bearer()` it takes the tokens that are no JWTs.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const opaque = introspection({
 *   ...{ endpoint: 'https://login.example.com/introspect', issuer: 'https://login.example.com/' },
 *   ...{ audience: 'https://api.example.com', clientId: 'orders-api', clientSecret },
 * })
 */
export function introspection(options: IntrospectionOptions): CredentialSource {
  const where = 'introspection()'
  const settings = readOptions(where, options, {
    endpoint: custom((value, at) => secureUrl(at.where, at.option, value as string | URL | undefined).href),
    issuer: text({ quote: true }),
    audience: orFalse(audience),
    clientId: text({ quote: true }),
    clientSecret: text(),
    claims: claimNames,
    cache: duration({ min: '0ms', max: '5m', fallback: '10s' }),
    maxRemembered: wholeNumber({ min: 1, max: 1_000_000, fallback: 10_000 }),
    timeout: duration({ max: '60s', fallback: '5s' }),
    proofs,
    clock,
    fetch: orElse(callback<Fetch>(), () => globalThis.fetch),
  })
  const { endpoint, issuer, claims: names, cache: cacheMs, timeout: timeoutMs, clock: time, fetch } = settings
  const audiences = settings.audience === false ? undefined : new Set(settings.audience)
  const good = memoryOf(settings.maxRemembered)
  // Apart from the good ones, so that whoever sends random tokens pushes none of them out.
  const refused = memoryOf(settings.maxRemembered)
  const asking = singleFlight<string, Answer>()
  const bindings = new BindingCheck(settings.proofs)
  const authorization = basicAuthorization(settings.clientId, settings.clientSecret)

  function verify(credential: string, request: RequestView): Awaitable<Verified | Fault> {
    const known = good.get(credential) ?? refused.get(credential)
    if (known) {
      const now = time.now()
      if (now >= known.askedAt && now < known.endsAt) return admit(known, request)
      good.delete(credential)
      refused.delete(credential)
    }
    const token = CREDENTIALS.exec(credential)?.[1]
    if (token === undefined) return SYNTAX
    if (token.length > MAX_LENGTH) return TOO_LONG
    // Requests with the same token wait for the same answer.
    return asking.run(credential, () => askAbout(credential, token)).then((answer) => admit(answer, request))
  }

  async function askAbout(credential: string, token: string): Promise<Answer> {
    const askedAt = time.now()
    const claims = await requestJson(endpoint, {
      fetch,
      timeoutMs,
      init: {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
      },
    })
    const { exp } = claims
    const life = typeof exp === 'number' ? Math.min(exp * 1000, askedAt + cacheMs) : askedAt + cacheMs
    const verdict = judge(claims, credential)
    const answer = { credential, verdict, askedAt, endsAt: life }
    if (cacheMs > 0) (verdict.kind === 'allow' ? good : refused).set(credential, answer)
    return answer
  }

  function judge(claims: Record<string, unknown>, credential: string): Verified | Fault {
    if (claims['active'] !== true) return INACTIVE
    const { iss, aud, exp, nbf } = claims
    const now = time.now()
    if (iss !== undefined && iss !== issuer) return ISSUER
    if (audiences && ![aud].flat().some((entry) => audiences.has(entry as string))) return AUDIENCE
    if (typeof exp === 'number' ? now >= exp * 1000 : exp !== undefined) return EXPIRED
    if (typeof nbf === 'number' ? now < nbf * 1000 : nbf !== undefined) return INACTIVE
    const principal = principalOf(claims, issuer, names)
    if (typeof principal === 'string') return invalid(principal)
    const fault = bindings.schemeFault(credential, principal.binding)
    return fault ?? Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
  }

  function admit({ verdict, credential }: Answer, request: RequestView): Awaitable<Verified | Fault> {
    const binding = verdict.kind === 'allow' ? verdict.state?.principal.binding : undefined
    if (binding === undefined) return verdict
    return whenKnown(bindings.prove(binding, request, credential), (fault) => fault ?? verdict)
  }

  return Object.freeze({
    name: 'introspection',
    place: 'authorization',
    challenges: bindings.challenges,
    find: (_: unknown, header: string | undefined) => (bindings.reads(header!) ? header : undefined),
    verify,
  })
}

function memoryOf(max: number): BoundedMap<string, Answer> {
  return boundedMap<string, Answer>(max, {
    max: max * CHARACTERS_PER_TOKEN,
    of: ({ credential }) => credential.length,
  })
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function basicAuthorization(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}
