import { networks } from '@ashlar/core/http'
import {
  duration,
  group,
  networksOption,
  OptionPlace,
  type OptionReader,
  orElse,
  wholeNumber,
} from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { MemoryLedger } from '../memory/memory-ledger.ts'
import { networkKey } from '../network-key.ts'
import type { OptionReaders } from '../option-readers.ts'
import { windowPolicy } from '../policy.ts'
import { type BlockTarget, targetOf } from './block.ts'
import type { BlocksInForce } from './blocks-in-force.ts'

export interface AutomaticBlocks {
  /** So many refusals, from 1 to 1e6 … Default 100. */
  readonly refusals?: number
  /** … within this time, from `'1s'` to `'1d'` … Default `'1m'`. */
  readonly within?: Duration
  /** … block the address (for IPv6, its network of 56 bits) or the principal for so long, from `'1s'` to `'3650d'`. Default `'15m'`. */
  readonly for?: Duration
  /**
   * Addresses and networks that are never blocked this way. Default `['loopback', 'linklocal', 'uniquelocal']`: behind a proxy
   * that is not declared, everybody has its address.
   */
  readonly never?: readonly string[]
}

export interface AutomaticSettings {
  readonly refusals: number
  readonly within: number
  readonly for: number
  readonly never: (address: string) => boolean
}

export const automaticBlocks: OptionReader<AutomaticSettings> = group({
  refusals: wholeNumber({ min: 1, max: 1e6, fallback: 100 }),
  within: duration({ min: '1s', max: '1d', fallback: '1m' }),
  for: duration({ min: '1s', max: '3650d', fallback: '15m' }),
  never: orElse(networksOption, () => networks(['loopback', 'linklocal', 'uniquelocal'])),
} satisfies OptionReaders<Required<AutomaticSettings>>)

const MAX_COUNTED = 100_000
const SUBSCRIBER_BITS = 56

/** Counts refusals of each caller. */
export class StrikeCounter {
  readonly #settings: AutomaticSettings
  readonly #inForce: BlocksInForce
  readonly #counts: MemoryLedger

  constructor(settings: AutomaticSettings, inForce: BlocksInForce, clock: Clock) {
    this.#settings = settings
    this.#inForce = inForce
    const policy = windowPolicy('fixed-window', settings.refusals, settings.within, undefined)
    this.#counts = new MemoryLedger([policy], MAX_COUNTED, clock)
  }

  /** @returns whom to block now, with the last of so many refusals and not the one after it */
  count(refused: BlockTarget): BlockTarget | undefined {
    if (typeof refused === 'string') return this.#countAddress(refused)
    const target = targetOf(refused, 'strike()')
    return !this.#inForce.holds(target) && this.#isLast(target) ? refused : undefined
  }

  #countAddress(address: string): string | undefined {
    if (address === '') throw new OptionPlace('strike()', 'target').invalid('an address or a principal', address)
    if (this.#settings.never(address) || this.#inForce.holdsAddress(address)) return undefined
    if (!this.#isLast(networkKey(address, SUBSCRIBER_BITS))) return undefined
    return address.includes(':') ? `${address}/${SUBSCRIBER_BITS}` : address
  }

  #isLast(key: string): boolean {
    return this.#counts.take(key, 1).standings[0]!.remaining === 0
  }
}
