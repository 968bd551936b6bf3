import type { ViolationSummary } from '@ashlar/core'
import { type Clock, expiringMap } from '@ashlar/core/time'

export interface NewsOptions {
  /** Milliseconds for which a report like one that was told is none. */
  readonly quietMs: number
  readonly maxRemembered: number
  readonly maxPerMinute: number
  readonly clock: Clock
}

const MINUTE_MS = 60_000

/** Decides which reports are news: each kind once in a while, and so many a minute in all. */
export function newsOf({
  quietMs,
  maxRemembered,
  maxPerMinute,
  clock,
}: NewsOptions): (violation: ViolationSummary) => boolean {
  const told = expiringMap<string, true>({ max: maxRemembered, clock })
  let minute = 0
  let inMinute = 0
  return ({ type, directive, blocked, page, disposition }) => {
    const key = JSON.stringify([type, directive, blocked, page, disposition])
    if (told.get(key)) return false
    const now = clock.now()
    const current = Math.floor(now / MINUTE_MS)
    if (current !== minute) {
      minute = current
      inMinute = 0
    }
    if (inMinute >= maxPerMinute) return false
    inMinute++
    told.set(key, true, now + quietMs)
    return true
  }
}
