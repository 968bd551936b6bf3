import { clock as clockOption } from '../options/clock-option.ts'
import { wholeNumber } from '../options/number-option.ts'
import { oneOf } from '../options/one-of.ts'
import { readOptions } from '../options/read-options.ts'
import type { Clock } from './clock.ts'
import { type Ending, EndsFirst } from './ends-first.ts'

/** Entries that each end at a time of their own, within bounds. */
export interface ExpiringMap<K, V> {
  /** How many are held, some of which may have ended. */
  readonly size: number
  /** `undefined` from the time on at which the entry ends. */
  get(key: K): V | undefined
  /**
   * Keeps a value in the place of what was there.
   * @param until when it ends, by the clock of this map
   * @returns `false` when it is not kept: it has ended already, or the map is full and refuses
   */
  set(key: K, value: V, until: number): boolean
  delete(key: K): boolean
  clear(): void
  /** What has not ended, in no order that means anything. */
  entries(): IterableIterator<[K, V]>
}

export interface ExpiringMapOptions {
  /** How many entries it holds at most. */
  readonly max: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** What happens when so many are held that have not ended: `'forget'` (the default) the one that would end first, or `'refuse'` the new one. */
  readonly whenFull?: 'forget' | 'refuse'
}

interface Entry<K, V> extends Ending {
  readonly key: K
  value: V
}

/**
 * A memory of at most `max` entries that end. What has ended makes room: no call looks through all of them. A clock that is
 * set forward ends entries early, and one that is set back lets none live beyond its own end.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const answers = expiringMap<string, Answer>({ max: 10_000, clock })
 * answers.set(token, answer, clock.now() + 10_000)
 */
export function expiringMap<K, V>(options: ExpiringMapOptions): ExpiringMap<K, V> {
  return new Expiring(options)
}

/** Ended entries that are removed with each new one, so that they become fewer however many there were. */
const REMOVED_AT_ONCE = 2

class Expiring<K, V> implements ExpiringMap<K, V> {
  readonly #max: number
  readonly #clock: Clock
  readonly #refuses: boolean
  readonly #entries = new Map<K, Entry<K, V>>()
  readonly #endsFirst = new EndsFirst<Entry<K, V>>()

  constructor(options: ExpiringMapOptions) {
    const { max, clock, whenFull } = readOptions('expiringMap()', options, {
      max: wholeNumber({ min: 1 }),
      clock: clockOption,
      whenFull: oneOf(['forget', 'refuse'], { fallback: 'forget' }),
    })
    this.#max = max
    this.#clock = clock
    this.#refuses = whenFull === 'refuse'
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#clock.now() < entry.until) return entry.value
    this.#remove(entry)
    return undefined
  }

  set(key: K, value: V, until: number): boolean {
    const now = this.#clock.now()
    const known = this.#entries.get(key)
    if (known !== undefined) this.#remove(known)
    // A time that is no number has ended too.
    if (!(now < until)) return false
    for (let count = 0; count < REMOVED_AT_ONCE; count++) {
      const first = this.#endsFirst.first
      if (first === undefined || now < first.until) break
      this.#remove(first)
    }
    if (this.#entries.size >= this.#max) {
      if (this.#refuses) return false
      this.#remove(this.#endsFirst.first!)
    }
    const entry: Entry<K, V> = { key, value, until, order: 0, place: 0 }
    this.#entries.set(key, entry)
    this.#endsFirst.add(entry)
    return true
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    this.#remove(entry)
    return true
  }

  clear(): void {
    this.#entries.clear()
    this.#endsFirst.clear()
  }

  *entries(): IterableIterator<[K, V]> {
    for (const { key, value, until } of this.#entries.values()) if (this.#clock.now() < until) yield [key, value]
  }

  #remove(entry: Entry<K, V>): void {
    this.#entries.delete(entry.key)
    this.#endsFirst.remove(entry)
  }
}
