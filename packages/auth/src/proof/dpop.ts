import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

import type { Awaitable, Binding, RequestView } from '@ashlar/core'
import { parseUrl, secureUrl } from '@ashlar/core/http'
import { type Algorithm, checkAlgorithms, verify as isSigned, misfit } from '@ashlar/core/keys'
import { clock, duration, having, type OptionReader, optional, readOptions } from '@ashlar/core/options'
import { memoryReplays, type ReplayStore } from '@ashlar/core/stores'
import { ask, type Clock, type Duration } from '@ashlar/core/time'

import { type Fault, invalid } from '../credential-source.ts'
import { parseCompactToken } from '../jwt/compact-token.ts'
import { isSymmetric, type Jwk } from '../keys/verification-key.ts'
import { oneOrMore } from '../reading/one-or-more.ts'
import { whenKnown } from '../when-known.ts'
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
  /** Proofs must hold a nonce of ours: `dpopNonces({ keyRing })`. Default: none is asked for. */
  readonly nonces?: DpopNonces
  /** How old a proof may be. `'1s'` to `'10m'`. Default `'60s'`. */
  readonly maxAge?: Duration
  /** How far ahead the caller's clock may be. At most `'60s'`. Default `'5s'`. */
  readonly clockTolerance?: Duration
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
const ALGORITHMS: readonly Algorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

/** An origin alone: proofs are compared with the path that this process sees, so one in front of it would fit no proof. */
const originOf: OptionReader<string> = (value, at) => {
  const { origin, pathname, search, hash } = secureUrl(at.where, at.option, value as string | undefined)
  if (`${pathname}${search}${hash}` !== '/') throw at.invalid(`an origin without a path, such as '${origin}'`)
  return origin
}

const algorithmsOf: OptionReader<ReadonlySet<Algorithm>> = (value = ALGORITHMS, at) => {
  const algorithms = checkAlgorithms(at.where, value as readonly Algorithm[])
  if (isSymmetric(algorithms)) throw at.unsafe('names a shared secret. Proofs are signed with a private key')
  return algorithms
}

/**
 * Demonstrating proof of possession (RFC 9449): a token bound to a key is only good with a fresh proof of that key for this
 * very request. For `bearer({ proofs: [dpop({ origin })] })`.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const proof = dpop({ origin: 'https://api.example.com' })
 * const tokens = bearer({ issuer, audience, algorithms: ['RS256'], proofs: [proof] })
 */
export function dpop(options: DpopOptions): ProofOfPossession {
  const settings = readOptions('dpop()', options, {
    origin: oneOrMore(originOf),
    algorithms: algorithmsOf,
    replays: optional(having<ReplayStore>(['claim'], 'memoryReplays()')),
    nonces: optional(having<DpopNonces>(['current', 'accepts'], 'dpopNonces({ keyRing })')),
    maxAge: duration({ min: '1s', max: '10m', fallback: '60s' }),
    clockTolerance: duration({ min: '0ms', max: '60s', fallback: '5s' }),
    clock,
  })
  const { algorithms, nonces, maxAge: maxAgeMs, clockTolerance: aheadMs, clock: time } = settings
  const { replays = memoryReplays({ clock: time }) } = settings
  const origins = new Set(settings.origin)

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
    if (!isSigned(alg as Algorithm, key, signed, signature)) return SIGNATURE
    const { htm, htu, iat, jti, ath, nonce } = claims
    if (htm !== request.method || !isThisUrl(htu, request.path)) return OTHER_REQUEST
    if (ath !== createHash('sha256').update(token).digest('base64url')) return OTHER_TOKEN
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) return NO_PROOF
    if (nonces && !(typeof nonce === 'string' && nonces.accepts(nonce))) return freshNonce(nonces)
    const now = time.now()
    const issuedAt = typeof iat === 'number' ? iat * 1000 : Number.NaN
    if (!(issuedAt <= now + aheadMs && issuedAt >= now - maxAgeMs)) return TIME
    // By a hash, so that what is remembered is of one size whatever callers write.
    const name = createHash('sha256').update(`${thumbprint} ${jti}`).digest('base64url')
    const until = Math.ceil(issuedAt + maxAgeMs) + 1
    const claimed = ask('The store of used proofs', REPLAY_TIMEOUT_MS, () => replays.claim(`dpop ${name}`, until))
    // Nothing but a clear yes is one.
    return whenKnown(claimed, (first) => (first === true ? undefined : REPLAYED))
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
