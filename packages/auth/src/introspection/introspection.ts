import { type Awaitable, ConfigurationError, type RequestView } from '@ashlar/core'
import { type Fetch, requestJson, secureUrl } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'
import { type ClaimNames, checkClaimNames, principalOf } from '../bearer/claim-mapping.ts'
import { TokenCache } from '../bearer/token-cache.ts'
import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { BindingCheck } from '../proof/binding-check.ts'
import type { ProofOfPossession } from '../proof/proof-of-possession.ts'

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
  /** How long an answer is believed, and never longer than the token lives. Seconds, 0 to 300. Default 10. */
  readonly cacheSeconds?: number
  /** Default 10 000. */
  readonly cachedTokens?: number
  /** How long the endpoint may take. Seconds. Default 5. */
  readonly timeoutSeconds?: number
  readonly proofs?: readonly ProofOfPossession[]
  readonly clock?: Clock
  readonly fetch?: Fetch
}

interface Answer {
  readonly credential: string
  readonly verdict: Verified | Fault
  readonly endsAt: number
}

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

const OPTIONS = [
  ...['endpoint', 'issuer', 'audience', 'clientId', 'clientSecret', 'claims', 'cacheSeconds', 'cachedTokens'],
  ...['timeoutSeconds', 'proofs', 'clock', 'fetch'],
]

/**
 * Opaque access tokens: the issuer is asked about each (RFC 7662) and its answer believed for a few seconds. When it can't
 * be asked the request is refused with 503. Beside `bearer()` it takes the tokens that are no JWTs.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function introspection(options: IntrospectionOptions): CredentialSource {
  const where = 'introspection()'
  checkOptionNames(where, options, OPTIONS)
  const { issuer, audience, claims: names = {}, clock = systemClock, fetch = globalThis.fetch, proofs = [] } = options
  checkRequired(where, options)
  checkClaimNames(where, names)
  const endpoint = secureUrl(where, 'endpoint', options.endpoint).href
  const audiences = audience === false ? undefined : new Set([audience].flat())
  const number = (
    name: 'cacheSeconds' | 'cachedTokens' | 'timeoutSeconds',
    min: number,
    max: number,
    fallback: number,
  ) => numberOption(where, name, options[name], { min, max, fallback })
  const cacheMs = 1000 * number('cacheSeconds', 0, 300, 10)
  const timeoutMs = 1000 * number('timeoutSeconds', 0.001, 60, 5)
  const cachedTokens = number('cachedTokens', 2, 1_000_000, 10_000)
  const cache = new TokenCache<Answer>(cachedTokens, cachedTokens * 2048)
  const pending = new Map<string, Promise<Answer>>()
  const bindings = new BindingCheck(proofs)
  const authorization = basicAuthorization(options.clientId, options.clientSecret)

  function verify(credential: string, request: RequestView): Awaitable<Verified | Fault> {
    const known = cache.get(credential)
    if (known) {
      if (clock.now() < known.endsAt) return admit(known, request)
      cache.delete(known)
    }
    const token = CREDENTIALS.exec(credential)?.[1]
    if (token === undefined) return SYNTAX
    if (token.length > MAX_LENGTH) return TOO_LONG
    return askOnce(credential, token).then((answer) => admit(answer, request))
  }

  /** Requests with the same token wait for the same answer. */
  function askOnce(credential: string, token: string): Promise<Answer> {
    const known = pending.get(credential)
    if (known) return known
    const asking = ask(credential, token).finally(() => pending.delete(credential))
    pending.set(credential, asking)
    return asking
  }

  async function ask(credential: string, token: string): Promise<Answer> {
    const askedAt = clock.now()
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
    const answer = { credential, verdict: judge(claims, credential), endsAt: life }
    if (cacheMs > 0) cache.set(answer)
    return answer
  }

  function judge(claims: Record<string, unknown>, credential: string): Verified | Fault {
    if (claims['active'] !== true) return INACTIVE
    const { iss, aud, exp, nbf } = claims
    const now = clock.now()
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
    const fault = bindings.prove(binding, request, credential)
    return fault instanceof Promise ? fault.then((settled) => settled ?? verdict) : (fault ?? verdict)
  }

  return Object.freeze({
    name: 'introspection',
    place: 'authorization',
    challenges: bindings.challenges,
    find: (_: unknown, header: string | undefined) => (bindings.reads(header!) ? header : undefined),
    verify,
  })
}

function checkRequired(where: string, { issuer, audience, clientId, clientSecret }: IntrospectionOptions): void {
  for (const [name, value] of Object.entries({ issuer, clientId, clientSecret })) {
    if (typeof value !== 'string' || value === '') {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "${name}" is required.`)
    }
  }
  if (audience !== false && (audience === undefined || [audience].flat().some((entry) => !entry))) {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "audience" is required: this API's name at the issuer, or false.`,
    )
  }
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function basicAuthorization(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}
