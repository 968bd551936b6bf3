import { type Channel, channel } from 'node:diagnostics_channel'

import { contain } from '../trouble/contain.ts'
import { errorText } from '../trouble/error-text.ts'
import { warn } from '../trouble/warn.ts'
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

/** A subscriber that throws would end the process (diagnostics_channel rethrows), so it is contained here. */
function subscribe<Message>(source: Channel, listener: (message: Message) => void): () => void {
  const contained = (message: unknown): void => contain(() => listener(message as Message) as unknown, told)
  source.subscribe(contained)
  return () => {
    source.unsubscribe(contained)
  }
}

function told(error: unknown): void {
  warn('ERR_BACKGROUND_FAILURE', `A subscriber of Ashlar's events failed: ${errorText(error)}`)
}
