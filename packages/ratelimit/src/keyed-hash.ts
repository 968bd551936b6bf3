import { randomBytes } from 'node:crypto'

/**
 * A keyed 64-bit hash of strings, so that nobody can choose keys that collide: HalfSipHash-1-3 (Aumasson, Bernstein)
 * over UTF-16 code units, two a word. The key is random for each object. Results are left in `high` and `low`.
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
    // One round a word, one for the rest with the length, three to finish each half.
    const words = length >> 1
    for (let word = 0; word < words + 7; word++) {
      let m = 0
      if (word < words) m = text.charCodeAt(word * 2) | (text.charCodeAt(word * 2 + 1) << 16)
      else if (word === words) m = last | (length << 16)
      else if (word === words + 1) v2 ^= 0xee
      else if (word === words + 4) {
        this.high = (v1 ^ v3) >>> 0
        v1 ^= 0xdd
      }
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
    this.low = (v1 ^ v3) >>> 0
  }
}
