import type { Policy } from '../policy.ts'
import type { Standing } from '../store.ts'

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
  /** What a caller is told. `refused`: the cost that could not be taken, or 0. */
  describe(records: Records, at: number, now: number, refused: number, standing: MutableStanding): void
  /** Takes `cost` if it is there, and describes what stands then: the whole of a decision where there is one policy. */
  take(records: Records, at: number, now: number, cost: number, standing: MutableStanding): boolean
  /** Whether a key under this record stands worse than one that was never seen. */
  owes(records: Records, at: number, now: number): boolean
}

export type MutableStanding = { -readonly [Name in keyof Standing]: Standing[Name] }

export function meterOf(policy: Policy, start: number): Meter {
  if (policy.kind === 'token-bucket') return new BucketMeter(policy, start)
  if (policy.kind === 'fixed-window') return new WindowMeter(policy, start)
  return new SlidingMeter(policy, start)
}

const MAX_COUNT = 0xffffffff

/** What windows have in common: whole numbers, and the questions that the others answer. */
abstract class CountingMeter implements Meter {
  abstract readonly words: number
  readonly tolerance = 0
  protected readonly limit: number

  constructor({ limit }: Policy) {
    this.limit = limit
  }

  abstract available(records: Records, at: number, now: number): number
  abstract charge(records: Records, at: number, now: number, amount: number): void
  abstract msUntil(records: Records, at: number, now: number, amount: number): number

  describe(records: Records, at: number, now: number, refused: number, standing: MutableStanding): void {
    const available = this.available(records, at, now)
    const remaining = Math.max(available, 0)
    standing.remaining = remaining
    standing.growsInMs = remaining < this.limit ? this.msUntil(records, at, now, remaining + 1) : 0
    standing.resetInMs = remaining < this.limit ? this.msUntil(records, at, now, this.limit) : 0
    standing.retryInMs = available < refused ? this.msUntil(records, at, now, refused) : 0
  }

  take(records: Records, at: number, now: number, cost: number, standing: MutableStanding): boolean {
    const admitted = this.available(records, at, now) >= cost
    if (admitted) this.charge(records, at, now, cost)
    this.describe(records, at, now, admitted ? 0 : cost, standing)
    return admitted
  }

  owes(records: Records, at: number, now: number): boolean {
    return this.available(records, at, now) < this.limit
  }
}

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

  describe({ doubles }: Records, at: number, now: number, refused: number, standing: MutableStanding): void {
    this.#tell(doubles[at >> 1]! - (now - this.#start) * this.#perMs, refused, standing)
  }

  take({ doubles }: Records, at: number, now: number, cost: number, standing: MutableStanding): boolean {
    const time = (now - this.#start) * this.#perMs
    const full = doubles[at >> 1]!
    const debt = full > time ? full - time : 0
    if (debt + cost > this.#capacity + this.tolerance) {
      this.#tell(debt, cost, standing)
      return false
    }
    const next = Math.max(full, time) + cost
    doubles[at >> 1] = next
    this.#tell(next - time, 0, standing)
    return true
  }

  #tell(owed: number, refused: number, standing: MutableStanding): void {
    const debt = Math.max(owed, 0)
    const available = this.#capacity - debt
    const remaining = available > 0 ? Math.floor(available + this.tolerance) : 0
    const grows = debt - (this.#capacity - remaining - 1)
    standing.remaining = remaining
    standing.growsInMs = remaining < this.#capacity && grows > 0 ? grows / this.#perMs : 0
    standing.resetInMs = debt / this.#perMs
    standing.retryInMs = available + this.tolerance < refused ? (refused - available) / this.#perMs : 0
  }

  owes({ doubles }: Records, at: number, now: number): boolean {
    return doubles[at >> 1]! > (now - this.#start) * this.#perMs
  }
}

/** The number of a window and what was used in it. Numbers count from the store's first window, plus one. */
class WindowMeter extends CountingMeter {
  override readonly words = 2
  readonly #windowMs: number
  readonly #first: number

  constructor(policy: Policy, start: number) {
    super(policy)
    const { windowMs } = policy
    this.#windowMs = windowMs
    this.#first = Math.floor(start / windowMs) - 1
  }

  #number(now: number): number {
    return Math.floor(now / this.#windowMs) - this.#first
  }

  #used({ words }: Records, at: number, now: number): number {
    return words[at]! === this.#number(now) ? words[at + 1]! : 0
  }

  override available(records: Records, at: number, now: number): number {
    return this.limit - this.#used(records, at, now)
  }

  override charge(records: Records, at: number, now: number, amount: number): void {
    const used = this.#used(records, at, now) + amount
    records.words[at] = this.#number(now)
    records.words[at + 1] = used < 0 ? 0 : Math.min(used, MAX_COUNT)
  }

  override msUntil(records: Records, at: number, now: number, amount: number): number {
    if (this.available(records, at, now) >= amount) return 0
    return (Math.floor(now / this.#windowMs) + 1) * this.#windowMs - now
  }
}

const PARTS = 4

/**
 * The number of the latest part of a window that was used, and what was used in it and in the four before it. A window
 * that ends now reaches into the oldest of the five, which counts whole.
 */
class SlidingMeter extends CountingMeter {
  override readonly words = PARTS + 2
  readonly #partMs: number
  readonly #first: number

  constructor(policy: Policy, start: number) {
    super(policy)
    const { windowMs } = policy
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

  override available(records: Records, at: number, now: number): number {
    return this.limit - this.#used(records, at, this.#number(now))
  }

  override charge(records: Records, at: number, now: number, amount: number): void {
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

  override msUntil({ words }: Records, at: number, now: number, amount: number): number {
    const number = this.#number(now)
    let available = this.limit - this.#used({ words } as Records, at, number)
    if (available >= amount) return 0
    for (let part = Math.max(number - PARTS, 0); part <= words[at]!; part++) {
      available += words[at + 1 + (part % (PARTS + 1))]!
      if (available >= amount) return (part + PARTS + 1 + this.#first) * this.#partMs - now
    }
    return (number + PARTS + 1 + this.#first) * this.#partMs - now
  }
}
