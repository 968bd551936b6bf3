import { type Channel, channel } from 'node:diagnostics_channel'

import { callback } from '../options/callback.ts'
import { OptionPlace } from '../options/option-place.ts'
import { contain } from '../trouble/contain.ts'
import { troubleWarning } from '../trouble/trouble-warning.ts'
import type { AshlarEvent, VerdictEvent } from './events.ts'

/** Every verdict of every guard: `ashlar:verdict`. */
export const verdicts: Channel = channel('ashlar:verdict')

/** Everything else that matters: `ashlar:event`. */
export const events: Channel = channel('ashlar:event')

/**
 * Subscribes to verdicts: one for each guard that decided.
 * @returns how to stop
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * onVerdict(({ decision }) => counter.inc({ guard: decision.guard, outcome: decision.outcome }))
 */
export function onVerdict(listener: (event: VerdictEvent) => void): () => void {
  return subscribe('onVerdict()', verdicts, listener)
}

/**
 * Subscribes to events: a finished request, a failed login, a limit that was exceeded, a store that was lost.
 * @returns how to stop
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const stop = onEvent((event) => {
 *   if (event.name === 'authn_login_fail') logger.warn(event, 'a login failed')
 * })
 */
export function onEvent(listener: (event: AshlarEvent) => void): () => void {
  return subscribe('onEvent()', events, listener)
}

/** A subscriber that throws would end the process (diagnostics_channel rethrows), so it is contained here. */
function subscribe<Message>(where: string, source: Channel, listener: (message: Message) => void): () => void {
  callback()(listener, new OptionPlace(where, 'listener'))
  let told: ((error: unknown) => void) | undefined
  const onTrouble = (error: unknown): void => {
    told ??= troubleWarning((text) => `${nameOf(listener)} to ${String(source.name)} failed: ${text} (said once)`)
    told(error)
  }
  const contained = (message: unknown): void => contain(() => listener(message as Message) as unknown, onTrouble)
  source.subscribe(contained)
  return () => {
    source.unsubscribe(contained)
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name === '' ? 'A subscriber' : `The subscriber ${name}()`
}
