import { ConfigurationError } from '../errors.ts'

/** Entries within bounds: the one that was not used for the longest time goes first. */
export interface BoundedMap<K, V> {
  readonly size: number
  /** Counts as a use. */
  get(key: K): V | undefined
  /** Counts as a use. What is heavier alone than all may be is not kept. */
  set(key: K, value: V): void
  delete(key: K): boolean
}

/** A bound on what all values together weigh, such as their characters. */
export interface WeightLimit<V> {
  readonly max: number
  /** Called once for each value that is set. */
  of(value: V): number
}

/**
 * A memory of at most `max` entries. Every call takes the same time, however many there are.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example
 * const keys = boundedMap<string, Buffer>(10_000)
 */
export function boundedMap<K, V>(max: number, weight?: WeightLimit<V>): BoundedMap<K, V> {
  if (!(Number.isSafeInteger(max) && max >= 1)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `boundedMap(): "max" must be a whole number of at least 1.`)
  }
  return new LeastRecentlyUsed(max, weight)
}

interface Entry<K, V> {
  readonly key: K
  value: V
  weight: number
  older: Entry<K, V> | undefined
  newer: Entry<K, V> | undefined
}

/** The order of use is a list of its own: to find a Map's first key takes longer the more were deleted before it. */
class LeastRecentlyUsed<K, V> implements BoundedMap<K, V> {
  readonly #max: number
  readonly #weight: WeightLimit<V> | undefined
  readonly #entries = new Map<K, Entry<K, V>>()
  #weighs = 0
  #oldest: Entry<K, V> | undefined = undefined
  #newest: Entry<K, V> | undefined = undefined

  constructor(max: number, weight: WeightLimit<V> | undefined) {
    this.#max = max
    this.#weight = weight
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry !== this.#newest) {
      this.#unlink(entry)
      this.#append(entry)
    }
    return entry.value
  }

  set(key: K, value: V): void {
    this.delete(key)
    const weight = this.#weight?.of(value) ?? 0
    const most = this.#weight?.max ?? 0
    if (!(weight >= 0 && weight <= most)) return
    while (this.#oldest && (this.#entries.size >= this.#max || this.#weighs + weight > most)) {
      this.delete(this.#oldest.key)
    }
    const entry: Entry<K, V> = { key, value, weight, older: undefined, newer: undefined }
    this.#entries.set(key, entry)
    this.#weighs += weight
    this.#append(entry)
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    this.#entries.delete(key)
    this.#weighs = this.#entries.size === 0 ? 0 : this.#weighs - entry.weight
    this.#unlink(entry)
    return true
  }

  #append(entry: Entry<K, V>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest) this.#newest.newer = entry
    else this.#oldest = entry
    this.#newest = entry
  }

  #unlink({ older, newer }: Entry<K, V>): void {
    if (older) older.newer = newer
    else this.#oldest = newer
    if (newer) newer.older = older
    else this.#newest = older
  }
}
