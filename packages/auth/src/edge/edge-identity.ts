import { createHash } from 'node:crypto'

import { type Awaitable, type EdgePrincipal, principalKey, type RequestView } from '@ashlar/core'
import { clock, having, OptionPlace, onError, optional, readOptions } from '@ashlar/core/options'
import { memoryReplays, type ReplayStore } from '@ashlar/core/stores'
import { ask, type Clock } from '@ashlar/core/time'

import { compileIssuer, ISSUER, type IssuerOptions } from '../bearer/issuer.ts'
import { TokenVerifier, type VerifiedToken } from '../bearer/token-verifier.ts'
import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { whenKnown } from '../when-known.ts'
import { IDENTITY_HEADERS, identityHeaders } from './identity-headers.ts'

export interface EdgeIdentityOptions
  extends Pick<IssuerOptions, 'issuer' | 'audience' | 'algorithms' | 'keys' | 'clockTolerance'> {
  /** Shared by all processes of the service, so that a signature is used once. Default: within this process. */
  readonly replays?: ReplayStore
  readonly clock?: Clock
  /** Told when the gateway's keys can't be fetched behind the requests. Default: a warning. */
  readonly onError?: (error: unknown) => void
}

const UNSIGNED = invalid('there are identity headers without a signature')
const SEVERAL = malformed('an identity header was sent several times', { description: 'Send identity headers once.' })
const OTHER_REQUEST = invalid('the identity was signed for another request')
const OTHER_IDENTITY = invalid('the identity headers are not the signed ones')
const NO_ID = invalid('the signature has no identifier')
const REPLAYED = invalid('the signature was used before', { event: 'authn_token_reuse' })

const MAX_LENGTH = 8192
const REPLAY_TIMEOUT_MS = 1000

/**
 * Callers whom a trusted gateway vouches for, in a service behind it: `X-User-ID` and its siblings count only with the
 * signature that `edgeSigner()` makes, for this very request, once. Identity headers without it are refused.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const authentication = authenticate([
 *   edgeIdentity({ issuer: 'gateway', audience: 'orders', algorithms: ['ES256'], keys: gatewayKeys }),
 * ])
 */
export function edgeIdentity(options: EdgeIdentityOptions): CredentialSource {
  const where = 'edgeIdentity()'
  const { issuer: name, audience, algorithms, keys, clockTolerance } = ISSUER
  const settings = readOptions(where, options, {
    ...{ issuer: name, audience, algorithms, keys, clockTolerance },
    replays: optional(having<ReplayStore>(['claim'], 'memoryReplays()')),
    clock,
    onError,
  })
  const { clock: time } = settings
  const { replays = memoryReplays({ clock: time }) } = settings
  const at = new OptionPlace(where)
  const terms = { ...settings, types: ['edge+jwt'], claims: ISSUER.claims({}, at), jwks: ISSUER.jwks({}, at) }
  const issuer = compileIssuer(at, terms, { ...settings, fetch: globalThis.fetch })
  const verifier = new TokenVerifier([issuer], time, MAX_LENGTH)

  function verify(token: string, request: RequestView): Awaitable<Verified | Fault> {
    return whenKnown(verifier.verify(token), (verified) => compare(verified, request))
  }

  function compare(verified: VerifiedToken | Fault, request: RequestView): Awaitable<Verified | Fault> {
    if (verified.kind === 'fault') return verified
    const { principal: signed, endsAt } = verified
    const { claims, tokenId } = signed
    if (claims['htm'] !== request.method || claims['path'] !== request.path) return OTHER_REQUEST
    const principal = principalOf(verified)
    const email = principal.claims['email'] as string | undefined
    if (!isTold(request, principal, email)) return OTHER_IDENTITY
    if (tokenId === undefined) return NO_ID
    const verdict: Verified = Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
    const id = createHash('sha256')
      .update(principalKey({ issuer: signed.issuer, subject: tokenId }))
      .digest('base64url')
    const until = Math.ceil(endsAt) + 1
    const claimed = ask('The store of used signatures', REPLAY_TIMEOUT_MS, () => replays.claim(`edge ${id}`, until))
    // Nothing but a clear yes is one.
    return whenKnown(claimed, (first) => (first === true ? verdict : REPLAYED))
  }

  const source: CredentialSource = {
    name: 'edge',
    place: 'header',
    challenges: [{ scheme: 'Edge' }],
    find(request) {
      const values = request.headerValues('x-user-signature')
      if (values.length > 1) return SEVERAL
      if (values.length === 1) return values[0]
      return IDENTITY_HEADERS.some((name) => request.headers[name] !== undefined) ? UNSIGNED : undefined
    },
    verify,
  }
  return Object.freeze(source)
}

/** Whether the plain headers say what was signed, each once, and nothing else. */
function isTold(request: RequestView, { subject, roles, scopes }: EdgePrincipal, email: string | undefined): boolean {
  const expected = Object.entries(identityHeaders({ subject, email, roles, permissions: scopes }))
  const names = new Map(expected.map(([name, value]) => [name.toLowerCase(), value]))
  return IDENTITY_HEADERS.every((name) => {
    if (name === 'x-user-signature') return true
    const values = request.headerValues(name)
    const wanted = names.get(name)
    return wanted === undefined ? values.length === 0 : values.length === 1 && values[0] === wanted
  })
}

function principalOf({ principal, endsAt }: VerifiedToken): EdgePrincipal {
  const { subject, roles, scopes, tier, acr, amr, authenticatedAt, claims } = principal
  const { user_iss: issuer, email } = claims
  return Object.freeze({
    kind: 'edge',
    subject,
    issuer: typeof issuer === 'string' ? issuer : undefined,
    ...{ roles, scopes, tier, acr, amr, authenticatedAt, expiresAt: endsAt },
    claims: Object.freeze(typeof email === 'string' ? { email } : {}),
  })
}
