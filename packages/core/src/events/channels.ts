import { type Channel, channel } from 'node:diagnostics_channel'

import type { AshlarEvent, VerdictEvent } from './events.ts'

/** Every verdict of every guard: `ashlar:verdict`. */
export const verdicts: Channel = channel('ashlar:verdict')

/** Everything else that matters: `ashlar:event`. */
export const events: Channel = channel('ashlar:event')

/** Subscribes to verdicts. @returns how to stop */
export function onVerdict(listener: (event: VerdictEvent) => void): () => void {
  return subscribe(verdicts, listener)
}

/** Subscribes to events. @returns how to stop */
export function onEvent(listener: (event: AshlarEvent) => void): () => void {
  return subscribe(events, listener)
}

/** A subscriber that throws would end the process (diagnostics_channel rethrows), so it is caught here. */
function subscribe<Message>(source: Channel, listener: (message: Message) => void): () => void {
  const guarded = (message: unknown): void => {
    try {
      const result: unknown = listener(message as Message)
      if (result instanceof Promise) result.catch(warn)
    } catch (error) {
      warn(error)
    }
  }
  source.subscribe(guarded)
  return () => {
    source.unsubscribe(guarded)
  }
}

function warn(error: unknown): void {
  process.emitWarning(
    `A subscriber of Ashlar's events failed: ${error instanceof Error ? error.message : String(error)}`,
  )
}
