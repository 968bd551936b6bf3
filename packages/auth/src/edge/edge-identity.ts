import type { Awaitable, EdgePrincipal, RequestView } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import { memoryReplays, type ReplayStore } from '@ashlar/core/stores'
import { type Clock, systemClock } from '@ashlar/core/time'

import { compileIssuer, type IssuerOptions } from '../bearer/issuer.ts'
import { TokenVerifier, type VerifiedToken } from '../bearer/token-verifier.ts'
import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { inTime } from '../in-time.ts'
import { IDENTITY_HEADERS, identityHeaders } from './identity-headers.ts'

export interface EdgeIdentityOptions extends Pick<IssuerOptions, 'issuer' | 'audience' | 'algorithms' | 'keys'> {
  /** How far the gateway's clock may differ. Seconds. Default 0. */
  readonly clockToleranceSeconds?: number
  /** Shared by all processes of the service, so that a signature is used once. Default: within this process. */
  readonly replays?: ReplayStore
  readonly clock?: Clock
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
 */
export function edgeIdentity(options: EdgeIdentityOptions): CredentialSource {
  const where = 'edgeIdentity()'
  const known = ['issuer', 'audience', 'algorithms', 'keys', 'clockToleranceSeconds', 'replays', 'clock']
  checkOptionNames(where, options, known)
  const { replays, clock = systemClock, ...issuerOptions } = options
  const once = replays ?? memoryReplays({ clock })
  const issuer = compileIssuer(where, { ...issuerOptions, types: ['edge+jwt'] }, globalThis.fetch, clock)
  const verifier = new TokenVerifier([issuer], clock, MAX_LENGTH)

  function verify(token: string, request: RequestView): Awaitable<Verified | Fault> {
    const verified = verifier.verify(token)
    return verified instanceof Promise
      ? verified.then((settled) => compare(settled, request))
      : compare(verified, request)
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
    const claimed = once.claim(`edge ${signed.issuer} ${tokenId}`, endsAt + 1)
    if (typeof claimed === 'boolean') return claimed ? verdict : REPLAYED
    return inTime(claimed, REPLAY_TIMEOUT_MS, 'The store of used signatures').then((first) =>
      first ? verdict : REPLAYED,
    )
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
