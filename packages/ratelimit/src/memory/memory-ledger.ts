import { OptionPlace } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

import { KeyedHash } from '../keyed-hash.ts'
import type { Policy } from '../policy.ts'
import type { Ledger, Standing, Taken } from '../store.ts'
import { type Meter, type MutableStanding, meterOf } from './meter.ts'
import { Segment } from './segment.ts'

const KEYS_A_SEGMENT = 4096
const MAX_SEGMENTS = 4096
/**
 * Records in memory: many small tables, each of which grows on its own, so that no request waits for the growth of a
 * large one. `take` answers at once, with an object that it uses again.
 */
export class MemoryLedger implements Ledger {
  readonly #clock: Clock
  readonly #hash = new KeyedHash()
  readonly #limits: readonly number[]
  readonly #meters: readonly Meter[]
  readonly #single: Meter | undefined
  /** Each made when its first key comes. */
  readonly #segments: (Segment | undefined)[]
  readonly #room: number
  readonly #mask: number
  readonly #standings: readonly MutableStanding[]
  readonly #taken: { admitted: boolean; standings: readonly Standing[] }
  #hashed: string | undefined = undefined
  #read: number
  #now: number

  constructor(policies: readonly Policy[], maxKeys: number, clock: Clock) {
    this.#clock = clock
    this.#read = this.#now = clock.now()
    this.#limits = policies.map((policy) => policy.limit)
    this.#meters = policies.map((policy) => meterOf(policy, this.#now))
    this.#single = this.#meters.length === 1 ? this.#meters[0] : undefined
    const count = Math.min(MAX_SEGMENTS, 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / KEYS_A_SEGMENT))))
    this.#mask = count - 1
    // A hash does not fill every segment alike; six standard deviations more leave room for all.
    const mean = maxKeys / count
    this.#room = count === 1 ? maxKeys : Math.ceil(mean + 6 * Math.sqrt(mean))
    this.#segments = Array.from({ length: count }, () => undefined)
    this.#standings = policies.map(() => ({ remaining: 0, growsInMs: 0, resetInMs: 0, retryInMs: 0 }))
    this.#taken = { admitted: true, standings: this.#standings }
  }

  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.size ?? 0), 0)
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.bytes ?? 0), 0)
  }

  take(key: string, cost: number): Taken {
    // What is no number is less than nothing, and would be taken for ever.
    if (!(Number.isInteger(cost) && cost >= 0)) throw notWhole('take()', 'cost', cost)
    const now = this.#tick()
    const segment = this.#segmentOf(key)
    const start = segment.place(this.#hash.high, this.#hash.low, now)
    const taken = this.#taken
    taken.admitted = this.#single
      ? this.#single.take(segment, start, now, cost, this.#standings[0]!)
      : this.#takeFromAll(segment, start, now, cost)
    return taken
  }

  #takeFromAll(segment: Segment, start: number, now: number, cost: number): boolean {
    const meters = this.#meters
    let admitted = true
    for (let index = 0, at = start; index < meters.length; index++) {
      const meter = meters[index]!
      if (meter.available(segment, at, now) + meter.tolerance < cost) admitted = false
      at += meter.words
    }
    for (let index = 0, at = start; index < meters.length; index++) {
      const meter = meters[index]!
      if (admitted) meter.charge(segment, at, now, cost)
      meter.describe(segment, at, now, admitted ? 0 : cost, this.#standings[index]!)
      at += meter.words
    }
    return admitted
  }

  adjust(key: string, difference: number): void {
    if (!Number.isInteger(difference)) throw notWhole('adjust()', 'difference', difference)
    const now = this.#tick()
    const segment = this.#segmentOf(key)
    let at = segment.place(this.#hash.high, this.#hash.low, now)
    for (let index = 0; index < this.#meters.length; index++) {
      const meter = this.#meters[index]!
      // What has come back by itself is not given back once more.
      const used = this.#limits[index]! - meter.available(segment, at, now)
      meter.charge(segment, at, now, Math.max(difference, -used))
      at += meter.words
    }
  }

  /** A flood comes under one key, and a settlement under the last one: its hash is still there. */
  #segmentOf(key: string): Segment {
    const hash = this.#hash
    if (key !== this.#hashed) {
      hash.update(key)
      // A free slot is all zeros.
      if (hash.high === 0 && hash.low === 0) hash.low = 1
      this.#hashed = key
    }
    const index = hash.high & this.#mask
    return this.#segments[index] ?? (this.#segments[index] = new Segment(this.#meters, this.#room))
  }

  /** A clock that is set back stands still for a step instead; what comes back is what time went forward. */
  #tick(): number {
    const read = this.#clock.now()
    if (read > this.#read) this.#now += read - this.#read
    this.#read = read
    return this.#now
  }
}

function notWhole(where: string, what: string, value: unknown): Error {
  return new OptionPlace(where, what).invalid('a whole number', value)
}
