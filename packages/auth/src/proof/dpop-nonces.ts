import { type KeyRing, type KeyRingEntry, mac } from '@ashlar/core/keys'
import { duration, readOptions } from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { ringReaders } from '../reading/ring-readers.ts'

/** Nonces that the server gives out and knows again, without keeping them. */
export interface DpopNonces {
  current(): string
  accepts(nonce: string): boolean
}

export interface DpopNoncesOptions {
  /** The same on every process: a ring of keys, or its entries, the current one first. */
  readonly keyRing: KeyRing | readonly KeyRingEntry[]
  /** How long a nonce is given out; it is accepted for as long again. `'1s'` to `'1d'`. Default `'5m'`. */
  readonly lifetime?: Duration
  readonly clock?: Clock
}

/**
 * Nonces for `dpop({ nonces })` (RFC 9449 §8).
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const proof = dpop({ origin: 'https://api.example.com', nonces: dpopNonces({ keyRing: [{ id: '2026-08', secret }] }) })
 */
export function dpopNonces(options: DpopNoncesOptions): DpopNonces {
  const where = 'dpopNonces()'
  const { clock, keyRing, lifetime } = readOptions(where, options, {
    ...ringReaders(where),
    lifetime: duration({ min: '1s', max: '1d', fallback: '5m' }),
  })
  const signature = mac(keyRing, 'dpop nonce')
  const period = (): number => Math.floor(clock.now() / lifetime)
  return Object.freeze<DpopNonces>({
    current: () => signature.sign(String(period())),
    accepts(nonce) {
      const now = period()
      return signature.verify(String(now), nonce) || signature.verify(String(now - 1), nonce)
    },
  })
}
