import { createHmac, timingSafeEqual } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'
import { type Clock, systemClock } from '@ashlar/core/time'

/** Nonces that the server gives out and knows again, without keeping them. */
export interface DpopNonces {
  current(): string
  accepts(nonce: string): boolean
}

export interface DpopNoncesOptions {
  /** The same on every process; 32 bytes at least. */
  readonly secret: string | Uint8Array
  /** How long a nonce is given out; it is accepted for as long again. Seconds. Default 300. */
  readonly seconds?: number
  readonly clock?: Clock
}

/**
 * Nonces for `dpop({ nonces })` (RFC 9449 §8).
 * @throws ConfigurationError `ERR_OPTION_UNSAFE`
 */
export function dpopNonces({ secret, seconds = 300, clock = systemClock }: DpopNoncesOptions): DpopNonces {
  if (Buffer.byteLength(secret) < 32) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', 'dpopNonces(): "secret" has 32 bytes at least.')
  }
  const nonceOf = (period: number): string => createHmac('sha256', secret).update(`dpop ${period}`).digest('base64url')
  const period = (): number => Math.floor(clock.now() / (seconds * 1000))
  const isNonce = (nonce: string, expected: string): boolean =>
    nonce.length === expected.length && timingSafeEqual(Buffer.from(nonce), Buffer.from(expected))
  return {
    current: () => nonceOf(period()),
    accepts(nonce) {
      const now = period()
      return Buffer.byteLength(nonce) === 43 && (isNonce(nonce, nonceOf(now)) || isNonce(nonce, nonceOf(now - 1)))
    },
  }
}
