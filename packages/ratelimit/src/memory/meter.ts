import type { Policy } from '../policy.ts'

/** A segment's memory, seen as whole numbers and as floating-point numbers. */
export interface Records {
  readonly words: Uint32Array
  readonly doubles: Float64Array
}

/**
 * One policy's part of a record: how it reads and writes it. `at` is the word where the part begins; zeros mean
 * that nothing is used. `now` is milliseconds on a clock that never goes back.
 */
export interface Meter {
  /** Words of a record's part; even, so that doubles stay aligned. */
  readonly words: number
  /** What rounding may take from `available`. */
  readonly tolerance: number
  /** What can be taken now; a fraction for a bucket, below zero for a key in debt beyond the limit. */
  available(records: Records, at: number, now: number): number
  /** Takes, without asking; a negative amount gives back. */
  charge(records: Records, at: number, now: number, amount: number): void
  /** Milliseconds until `amount` can be taken. */
  msUntil(records: Records, at: number, now: number, amount: number): number
  /** Whether a key under this record stands worse than one that was never seen. */
  owes(records: Records, at: number, now: number): boolean
}

export function meterOf(policy: Policy, start: number): Meter {
  if (policy.kind === 'token-bucket') return new BucketMeter(policy, start)
  if (policy.kind === 'fixed-window') return new WindowMeter(policy, start)
  return new SlidingMeter(policy, start)
}

const MAX_COUNT = 0xffffffff

/**
 * The generic cell rate algorithm (ITU-T I.371), with time counted in tokens since the store was made: the record is
 * the time at which the bucket is full again. Whole costs then add up without rounding.
 */
class BucketMeter implements Meter {
  readonly words = 2
  readonly #capacity: number
  readonly tolerance: number
  readonly #perMs: number
  readonly #start: number

  constructor({ limit, refillPerSecond }: Policy, start: number) {
    this.#capacity = limit
    this.#perMs = refillPerSecond / 1000
    // Worth a thousandth of the millisecond that a clock can tell.
    this.tolerance = Math.min(1e-6, this.#perMs / 1000)
    this.#start = start
  }

  available({ doubles }: Records, at: number, now: number): number {
    const time = (now - this.#start) * this.#perMs
    const full = doubles[at >> 1]!
    return full > time ? this.#capacity - (full - time) : this.#capacity
  }

  charge({ doubles }: Records, at: number, now: number, amount: number): void {
    const time = (now - this.#start) * this.#perMs
    const full = doubles[at >> 1]!
    doubles[at >> 1] = Math.max(full, time) + amount
  }

  msUntil(records: Records, at: number, now: number, amount: number): number {
    const missing = amount - this.available(records, at, now)
    return missing > 0 ? missing / this.#perMs : 0
  }

  owes({ doubles }: Records, at: number, now: number): boolean {
    return doubles[at >> 1]! > (now - this.#start) * this.#perMs
  }
}

/** The number of a window and what was used in it. Numbers count from the store's first window, plus one. */
class WindowMeter implements Meter {
  readonly words = 2
  readonly tolerance = 0
  readonly #limit: number
  readonly #windowMs: number
  readonly #first: number

  constructor({ limit, windowMs }: Policy, start: number) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#first = Math.floor(start / windowMs) - 1
  }

  #number(now: number): number {
    return Math.floor(now / this.#windowMs) - this.#first
  }

  #used({ words }: Records, at: number, now: number): number {
    return words[at]! === this.#number(now) ? words[at + 1]! : 0
  }

  available(records: Records, at: number, now: number): number {
    return this.#limit - this.#used(records, at, now)
  }

  charge(records: Records, at: number, now: number, amount: number): void {
    const used = this.#used(records, at, now) + amount
    records.words[at] = this.#number(now)
    records.words[at + 1] = used < 0 ? 0 : Math.min(used, MAX_COUNT)
  }

  msUntil(records: Records, at: number, now: number, amount: number): number {
    if (this.available(records, at, now) >= amount) return 0
    return (Math.floor(now / this.#windowMs) + 1) * this.#windowMs - now
  }

  owes(records: Records, at: number, now: number): boolean {
    return this.#used(records, at, now) > 0
  }
}

const PARTS = 4

/**
 * The number of the latest part of a window that was used, and what was used in it and in the four before it. A window
 * that ends now reaches into the oldest of the five, which counts whole.
 */
class SlidingMeter implements Meter {
  readonly words = PARTS + 2
  readonly tolerance = 0
  readonly #limit: number
  readonly #partMs: number
  readonly #first: number

  constructor({ limit, windowMs }: Policy, start: number) {
    this.#limit = limit
    this.#partMs = windowMs / PARTS
    this.#first = Math.floor(start / this.#partMs) - 1
  }

  #number(now: number): number {
    return Math.floor(now / this.#partMs) - this.#first
  }

  /** Counts are in a ring: part `n` is at `n % 5`. Those older than four parts are over. */
  #used({ words }: Records, at: number, number: number): number {
    let used = 0
    for (let part = Math.max(number - PARTS, 0); part <= words[at]!; part++)
      used += words[at + 1 + (part % (PARTS + 1))]!
    return used
  }

  available(records: Records, at: number, now: number): number {
    return this.#limit - this.#used(records, at, this.#number(now))
  }

  charge(records: Records, at: number, now: number, amount: number): void {
    const { words } = records
    const number = this.#number(now)
    const latest = words[at]!
    for (let part = Math.max(latest + 1, number - PARTS); part <= number; part++)
      words[at + 1 + (part % (PARTS + 1))] = 0
    words[at] = number
    this.#add(words, at, number, amount)
  }

  /** What is given back is taken from the newest parts first, so that none goes below zero. */
  #add(words: Uint32Array, at: number, number: number, amount: number): void {
    let rest = amount
    for (let part = number; part >= Math.max(number - PARTS, 0) && rest !== 0; part--) {
      const place = at + 1 + (part % (PARTS + 1))
      const sum = words[place]! + rest
      words[place] = sum < 0 ? 0 : Math.min(sum, MAX_COUNT)
      rest = Math.min(sum, 0)
    }
  }

  msUntil({ words }: Records, at: number, now: number, amount: number): number {
    const number = this.#number(now)
    let available = this.#limit - this.#used({ words } as Records, at, number)
    if (available >= amount) return 0
    for (let part = Math.max(number - PARTS, 0); part <= words[at]!; part++) {
      available += words[at + 1 + (part % (PARTS + 1))]!
      if (available >= amount) return (part + PARTS + 1 + this.#first) * this.#partMs - now
    }
    return (number + PARTS + 1 + this.#first) * this.#partMs - now
  }

  owes(records: Records, at: number, now: number): boolean {
    return this.#used(records, at, this.#number(now)) > 0
  }
}
