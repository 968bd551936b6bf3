import type { Meter, Records } from './meter.ts'

const HASH_WORDS = 2
const FIRST_SLOTS = 16
const FULLEST = 0.82
/** Words of a slot from which on room is dearer than the time to move records, so that a key stays under 60 bytes. */
const LARGE = 6
/** How long a segment full of keys in debt waits before it looks again for one that is not. */
const RETRY_SWEEP_MS = 250

/**
 * An open-addressed table in one buffer. A slot is the key's hash and the record, one after the other, so that a touch
 * is one or two cache lines. One more record at the end is shared by the keys for which there is no room.
 */
export class Segment implements Records {
  words: Uint32Array
  doubles: Float64Array
  size = 0
  readonly #meters: readonly Meter[]
  readonly #stride: number
  readonly #maxKeys: number
  readonly #growth: number
  #slots = FIRST_SLOTS
  #sweepAt = Number.NEGATIVE_INFINITY

  constructor(meters: readonly Meter[], maxKeys: number) {
    this.#meters = meters
    this.#maxKeys = maxKeys
    this.#stride = HASH_WORDS + meters.reduce((sum, meter) => sum + meter.words, 0)
    this.#growth = this.#stride < LARGE ? 2 : 1.5
    this.words = new Uint32Array((FIRST_SLOTS + 1) * this.#stride)
    this.doubles = new Float64Array(this.words.buffer)
  }

  get bytes(): number {
    return this.words.byteLength
  }

  /** Where the record of this key begins, one that says nothing was used when it is new. */
  place(high: number, low: number, now: number): number {
    const at = this.#find(high, low)
    if (this.words[at] === high && this.words[at + 1] === low) return at + HASH_WORDS
    return this.#insert(at, high, low, now)
  }

  #insert(free: number, high: number, low: number, now: number): number {
    let at = free
    if (this.size >= this.#maxKeys || this.size + 1 > this.#slots * FULLEST) {
      if (this.size >= this.#maxKeys && now < this.#sweepAt) return this.#shared()
      this.#rebuild(now)
      if (this.size >= this.#maxKeys) return this.#shared()
      at = this.#find(high, low)
    }
    this.words[at] = high
    this.words[at + 1] = low
    this.size++
    return at + HASH_WORDS
  }

  /** The slot that holds this hash, or the first free one on its way. */
  #find(high: number, low: number): number {
    const { words } = this
    const stride = this.#stride
    const end = this.#slots * stride
    let at = Math.floor((low / 0x1_0000_0000) * this.#slots) * stride
    while (true) {
      const first = words[at]!
      const second = words[at + 1]!
      if ((first === high && second === low) || (first === 0 && second === 0)) return at
      at += stride
      if (at === end) at = 0
    }
  }

  #shared(): number {
    return this.#slots * this.#stride + HASH_WORDS
  }

  /** Moves the keys that owe something to a buffer of the right size; the others stand as if they had never been seen. */
  #rebuild(now: number): void {
    const { words: old } = this
    const stride = this.#stride
    const end = this.#slots * stride
    let owing = 0
    for (let at = 0; at < end; at += stride) {
      if (this.#owes(at, now)) owing++
      else old.fill(0, at, at + stride)
    }
    const most = Math.ceil((this.#maxKeys + 1) / FULLEST)
    this.#slots = Math.max(FIRST_SLOTS, Math.min(most, Math.ceil((owing * this.#growth) / FULLEST)))
    this.words = new Uint32Array((this.#slots + 1) * stride)
    this.doubles = new Float64Array(this.words.buffer)
    this.size = owing
    for (let at = 0; at < end; at += stride) {
      const high = old[at]!
      const low = old[at + 1]!
      if (high === 0 && low === 0) continue
      const place = this.#find(high, low)
      for (let word = 0; word < stride; word++) this.words[place + word] = old[at + word]!
    }
    this.words.set(old.subarray(end), this.#slots * stride)
    if (owing > this.#maxKeys * 0.9) this.#sweepAt = now + RETRY_SWEEP_MS
  }

  #owes(slot: number, now: number): boolean {
    if (this.words[slot] === 0 && this.words[slot + 1] === 0) return false
    let at = slot + HASH_WORDS
    for (const meter of this.#meters) {
      if (meter.owes(this, at, now)) return true
      at += meter.words
    }
    return false
  }
}
