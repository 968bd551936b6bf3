import type { Clock } from '@ashlar/core/time'

import { networkOf, shapeOf } from './block.ts'
import type { BlocklistEntry } from './block-store.ts'

interface Shape {
  readonly v6: boolean
  readonly bits: number
  networks: number
}

/** So few are not worth looking through for those that have ended. */
const LEAST_SWEPT = 1024

/** The blocks that this process knows of: exact targets in a map, and the shapes of the networks among them. */
export class BlocksInForce {
  readonly #clock: Clock
  #until = new Map<string, number>()
  #shapes = new Map<string, Shape>()
  #sweepAt = LEAST_SWEPT

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Some of them may have ended. */
  get size(): number {
    return this.#until.size
  }

  holdsAddress(address: string): boolean {
    if (this.#until.size === 0) return false
    if (this.holds(`address ${address}`)) return true
    for (const { v6, bits } of this.#shapes.values()) {
      const network = networkOf(address, v6, bits)
      if (network !== undefined && this.holds(`network ${network}`)) return true
    }
    return false
  }

  holds(target: string): boolean {
    const until = this.#until.get(target)
    return until !== undefined && until > this.#clock.now()
  }

  add({ target, until = Number.POSITIVE_INFINITY }: BlocklistEntry): void {
    if (!this.#until.has(target)) {
      if (this.#until.size >= this.#sweepAt) this.#sweep()
      this.#count(target, 1)
    }
    this.#until.set(target, until)
  }

  remove(target: string): void {
    if (this.#until.delete(target)) this.#count(target, -1)
  }

  replace(entries: readonly BlocklistEntry[]): void {
    this.#until = new Map()
    this.#shapes = new Map()
    const now = this.#clock.now()
    for (const entry of entries) if (entry.until === undefined || entry.until > now) this.add(entry)
  }

  entries(): readonly BlocklistEntry[] {
    const now = this.#clock.now()
    return [...this.#until]
      .filter(([, until]) => until > now)
      .map(([target, until]) => ({ target, until: until === Number.POSITIVE_INFINITY ? undefined : until }))
  }

  /** As rarely as they double, so that each block is looked at a few times in its life. */
  #sweep(): void {
    const now = this.#clock.now()
    for (const [target, until] of this.#until) if (until <= now) this.remove(target)
    this.#sweepAt = Math.max(LEAST_SWEPT, this.#until.size * 2)
  }

  #count(target: string, difference: number): void {
    if (!target.startsWith('network ')) return
    const { v6, bits } = shapeOf(target)
    const name = `${v6 ? 6 : 4}/${bits}`
    const shape = this.#shapes.get(name) ?? { v6, bits, networks: 0 }
    shape.networks += difference
    if (shape.networks > 0) this.#shapes.set(name, shape)
    else this.#shapes.delete(name)
  }
}
