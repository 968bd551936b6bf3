import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

import { type Awaitable, type Binding, ConfigurationError, type RequestView } from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { memoryReplays, type ReplayStore } from '@ashlar/core/stores'
import { type Clock, systemClock } from '@ashlar/core/time'

import { type Fault, invalid } from '../credential-source.ts'
import { inTime } from '../in-time.ts'
import { type Algorithm, checkAlgorithms, misfit } from '../jwt/algorithms.ts'
import { parseCompactToken } from '../jwt/compact-token.ts'
import { isSignedBy } from '../jwt/signature.ts'
import { secureUrl } from '../keys/json-request.ts'
import { isSymmetric, type Jwk } from '../keys/verification-key.ts'
import type { DpopNonces } from './dpop-nonces.ts'
import { jwkThumbprint } from './jwk-thumbprint.ts'
import type { ProofOfPossession } from './proof-of-possession.ts'

export interface DpopOptions {
  /** This API's origin as its callers see it, `https://api.example.com`; several are allowed. */
  readonly origin: string | readonly string[]
  /** What proofs may be signed with. Default `['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256']`. */
  readonly algorithms?: readonly Algorithm[]
  /** Shared by all processes, so that a proof is used once. Default: within this process. */
  readonly replays?: ReplayStore
  /** Proofs must hold a nonce of ours: `dpopNonces({ secret })`. Default: none is asked for. */
  readonly nonces?: DpopNonces
  /** How old a proof may be. Seconds, 1 to 600. Default 60. */
  readonly maxAgeSeconds?: number
  /** How far ahead the caller's clock may be. Seconds, 0 to 60. Default 5. */
  readonly clockToleranceSeconds?: number
  readonly clock?: Clock
}

const PROOF = { scheme: 'DPoP', error: 'invalid_dpop_proof' }
const MISSING = invalid('the DPoP proof is missing, or there are several', PROOF)
const NO_PROOF = invalid('the DPoP proof is no such JWT', PROOF)
const KEY = invalid('the key in the DPoP proof can not be used', PROOF)
const SIGNATURE = invalid('the signature of the DPoP proof is not right', PROOF)
const OTHER_REQUEST = invalid('the DPoP proof was made for another request', PROOF)
const OTHER_TOKEN = invalid('the DPoP proof was made for another token', PROOF)
const OTHER_KEY = invalid('the DPoP proof is of another key than the token is bound to', { scheme: 'DPoP' })
const TIME = invalid('the DPoP proof is too old, or of the future', PROOF)
const REPLAYED = invalid('the DPoP proof was used before', { ...PROOF, event: 'authn_token_reuse' })

const MAX_PROOF_LENGTH = 4096
const MAX_ID_LENGTH = 256
const REPLAY_TIMEOUT_MS = 1000

/**
 * Demonstrating proof of possession (RFC 9449): a token bound to a key is only good with a fresh proof of that key for this
 * very request. For `bearer({ proofs: [dpop({ origin })] })`.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function dpop(options: DpopOptions): ProofOfPossession {
  const where = 'dpop()'
  const known = ['origin', 'algorithms', 'replays', 'nonces', 'maxAgeSeconds', 'clockToleranceSeconds', 'clock']
  checkOptionNames(where, options, known)
  const { clock = systemClock, nonces } = options
  const { replays = memoryReplays({ clock }) } = options
  const origins = originsOf(where, options.origin)
  const algorithms = checkAlgorithms(where, options.algorithms ?? ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'])
  if (isSymmetric(algorithms)) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: proofs are signed with a private key, never a secret.`)
  }
  const maxAgeMs =
    1000 * numberOption(where, 'maxAgeSeconds', options.maxAgeSeconds, { min: 1, max: 600, fallback: 60 })
  const aheadMs =
    1000 * numberOption(where, 'clockToleranceSeconds', options.clockToleranceSeconds, { min: 0, max: 60, fallback: 5 })

  function verify(binding: Binding, request: RequestView, token: string): Awaitable<Fault | undefined> {
    const values = request.headerValues('dpop')
    const proof = values[0]
    if (values.length !== 1 || proof === undefined) return MISSING
    const parsed = proof.length <= MAX_PROOF_LENGTH ? parseCompactToken(proof) : undefined
    if (!parsed) return NO_PROOF
    const { header, claims, signed, signature } = parsed
    const { typ, alg, jwk } = header
    if (typ !== 'dpop+jwt' || !algorithms.has(alg as Algorithm) || Object.hasOwn(header, 'crit')) return NO_PROOF
    const thumbprint = isPublicJwk(jwk) ? jwkThumbprint(jwk) : undefined
    if (thumbprint === undefined) return KEY
    if (thumbprint !== binding.thumbprint) return OTHER_KEY
    const key = keyOf(jwk as Jwk, alg as Algorithm)
    if (!key) return KEY
    if (!isSignedBy(alg as Algorithm, key, signed, signature)) return SIGNATURE
    const { htm, htu, iat, jti, ath, nonce } = claims
    if (htm !== request.method || !isThisUrl(htu, request.path)) return OTHER_REQUEST
    if (ath !== createHash('sha256').update(token).digest('base64url')) return OTHER_TOKEN
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) return NO_PROOF
    if (nonces && !(typeof nonce === 'string' && nonces.accepts(nonce))) return freshNonce(nonces)
    const now = clock.now()
    const issuedAt = typeof iat === 'number' ? iat * 1000 : Number.NaN
    if (!(issuedAt <= now + aheadMs && issuedAt >= now - maxAgeMs)) return TIME
    // By a hash, so that what is remembered is of one size whatever callers write.
    const name = createHash('sha256').update(`${thumbprint} ${jti}`).digest('base64url')
    const claimed = replays.claim(`dpop ${name}`, issuedAt + maxAgeMs + 1)
    if (typeof claimed === 'boolean') return claimed ? undefined : REPLAYED
    return inTime(claimed, REPLAY_TIMEOUT_MS, 'The store of used proofs').then((first) =>
      first ? undefined : REPLAYED,
    )
  }

  function isThisUrl(claimed: unknown, path: string): boolean {
    const url = parseUrl(claimed)
    if (!url) return false
    const { origin, pathname, username, password } = url
    return username === '' && password === '' && origins.has(origin) && pathname === new URL(path, origin).pathname
  }

  return Object.freeze({
    kind: 'dpop',
    challenge: { scheme: 'DPoP', params: { algs: [...algorithms].join(' ') } },
    verify,
  })
}

function freshNonce(nonces: DpopNonces): Fault {
  return invalid('the DPoP proof holds no nonce of ours, or an old one', {
    scheme: 'DPoP',
    error: 'use_dpop_nonce',
    headers: { 'DPoP-Nonce': nonces.current() },
  })
}

function isPublicJwk(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && !('d' in value) && !('k' in value)
}

function keyOf(jwk: Jwk, algorithm: Algorithm): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return misfit(algorithm, key) === undefined ? key : undefined
  } catch {
    return undefined
  }
}

function originsOf(where: string, origin: string | readonly string[] | undefined): ReadonlySet<string> {
  const list = origin === undefined ? [] : [origin].flat()
  if (list.length === 0) {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "origin" is required: this API's own, such as "https://api.example.com".`,
    )
  }
  return new Set(list.map((entry) => secureUrl(where, 'origin', entry).origin))
}
