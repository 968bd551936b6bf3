import type { ViolationSummary } from '@ashlar/core'
import type { Clock } from '@ashlar/core/time'

export interface ReportMemoryOptions {
  readonly quietMs: number
  readonly maxRemembered: number
  readonly maxPerMinute: number
  readonly clock: Clock
}

/** Decides which reports are news. Bounded: the oldest report is forgotten first. */
export class ReportMemory {
  readonly #options: ReportMemoryOptions
  /** When each was published, the oldest first. */
  readonly #published = new Map<string, number>()
  #minute = 0
  #inMinute = 0

  constructor(options: ReportMemoryOptions) {
    this.#options = options
  }

  admits(violation: ViolationSummary): boolean {
    const { quietMs, maxRemembered, maxPerMinute, clock } = this.#options
    const now = clock.now()
    const { type, directive, blocked, page, disposition } = violation
    const key = JSON.stringify([type, directive, blocked, page, disposition])
    const last = this.#published.get(key)
    if (last !== undefined && now - last < quietMs) return false
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#inMinute = 0
    }
    if (this.#inMinute >= maxPerMinute) return false
    this.#inMinute++
    this.#published.delete(key)
    this.#published.set(key, now)
    if (this.#published.size > maxRemembered) this.#published.delete(this.#published.keys().next().value!)
    return true
  }
}
