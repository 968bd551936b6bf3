import { Writable } from 'node:stream'

import { alarmOf } from './alarm.ts'
import type { Trail } from './trail/trail.ts'

export interface TrailTransportOptions {
  /** Told when a line could not be written. Default: a process warning. */
  readonly onAlarm?: (error: unknown) => unknown
}

/** A transport for winston's `transports`. */
export interface TrailTransport extends Writable {
  log(info: Readonly<Record<string, unknown>>, next: () => void): void
}

/**
 * Writes winston's log lines to the trail: redacted, chained and durable, as `app_log` events. winston waits for each
 * line, so its own back-pressure holds; a line that can't be written raises the alarm and does not stop the next.
 */
export function trailTransport(trail: Trail, options: TrailTransportOptions = {}): TrailTransport {
  const alarm = alarmOf(options.onAlarm)
  function log(info: Readonly<Record<string, unknown>>, next: () => void): void {
    const { level, message, ...details } = info
    const event = {
      name: 'app_log',
      outcome: 'success',
      reason: String(message),
      details: { level, ...details },
    } as const
    trail
      .record(event)
      .catch(alarm)
      .finally(() => next())
  }
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 100,
    write(info: Readonly<Record<string, unknown>>, _encoding, next) {
      log(info, next)
    },
  })
  return Object.assign(stream, { log })
}
