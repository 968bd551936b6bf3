import { type AshlarEvent, onEvent, onVerdict, type RequestCompleted, type VerdictEvent } from '@ashlar/core'

/** Everything that was published while it recorded. */
export interface Recorder {
  readonly verdicts: readonly VerdictEvent[]
  readonly events: readonly AshlarEvent[]
  /** `guard: outcome` of each verdict, in order. */
  decisions(): readonly string[]
  /** Resolves with the next completed request. */
  completed(): Promise<RequestCompleted>
  clear(): void
  stop(): void
}

/**
 * Keeps all that is published from now on.
 * @example
 * const recorder = recordEvents()
 * await server.call('/')
 * expect(recorder.decisions()).toEqual(['read only: allow'])
 * recorder.stop()
 */
export function recordEvents(): Recorder {
  const verdicts: VerdictEvent[] = []
  const events: AshlarEvent[] = []
  const waiting: ((event: RequestCompleted) => void)[] = []
  const unseen: RequestCompleted[] = []
  const stops = [
    onVerdict((event) => verdicts.push(event)),
    onEvent((event) => {
      events.push(event)
      if (event.name !== 'request_completed') return
      const next = waiting.shift()
      if (next) next(event)
      else unseen.push(event)
    }),
  ]
  return {
    verdicts,
    events,
    decisions: () => verdicts.map(({ decision }) => `${decision.guard}: ${decision.outcome}`),
    completed() {
      const seen = unseen.shift()
      return seen ? Promise.resolve(seen) : new Promise((resolve) => waiting.push(resolve))
    },
    clear() {
      verdicts.length = 0
      events.length = 0
      unseen.length = 0
    },
    stop() {
      for (const stop of stops) stop()
    },
  }
}
