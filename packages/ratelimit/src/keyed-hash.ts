import { randomBytes } from 'node:crypto'

/**
 * A keyed 64-bit hash of strings, so that nobody can choose keys that collide: the rounds of HalfSipHash-1-3
 * (Aumasson, Bernstein) over UTF-16 code units, two a word, with both halves taken from one finish. The key is random for each object. Results are left in `high` and `low`.
 */
export class KeyedHash {
  high = 0
  low = 0
  readonly #k0: number
  readonly #k1: number

  constructor(key: Uint8Array = randomBytes(8)) {
    const view = new DataView(key.buffer, key.byteOffset, 8)
    this.#k0 = view.getInt32(0)
    this.#k1 = view.getInt32(4)
  }

  update(text: string): void {
    let v0 = this.#k0
    let v1 = this.#k1 ^ 0xee
    let v2 = 0x6c796765 ^ this.#k0
    let v3 = 0x74656462 ^ this.#k1
    const length = text.length
    const last = length & 1 ? text.charCodeAt(length - 1) : 0
    // One round a word and one for the rest with the length; then three without a word.
    const words = length >> 1
    for (let word = 0; word < words + 4; word++) {
      let m = 0
      if (word < words) m = text.charCodeAt(word * 2) | (text.charCodeAt(word * 2 + 1) << 16)
      else if (word === words) m = last | (length << 16)
      else if (word === words + 1) v2 ^= 0xee
      v3 ^= m
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= m
    }
    this.high = (v1 ^ v3) >>> 0
    this.low = (v0 ^ v2) >>> 0
  }
}
