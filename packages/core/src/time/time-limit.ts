// Node's own, so that a test which sets the timers of the app does not have to turn the event loop as well.
import { setImmediate } from 'node:timers'

/** The longest that node's timers wait; after more they would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Calls `expired` when `ms` are over, unless the function that it returns was called before. An own stall uses nothing up:
 * a timer fires before node reads what has arrived meanwhile, so that is read first; and what the timer was late by is given
 * once more, for an answer that takes several steps. Does not keep the process alive.
 */
export function timeLimit(ms: number, expired: () => void): () => void {
  const limit = Math.min(ms, LONGEST_MS)
  const due = performance.now() + limit
  let stopped = false
  let timer = setTimeout(fired, limit)
  timer.unref()

  function fired(): void {
    const stalledMs = Math.min(performance.now() - due, limit)
    readFirst(stalledMs < 1 ? expired : () => giveBack(stalledMs))
  }

  /** Between two turns node reads what its sockets hold; one turn may begin behind that. */
  function readFirst(next: () => void): void {
    setImmediate(() => setImmediate(() => stopped || next()))
  }

  function giveBack(stalledMs: number): void {
    timer = setTimeout(() => readFirst(expired), stalledMs)
    timer.unref()
  }

  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
