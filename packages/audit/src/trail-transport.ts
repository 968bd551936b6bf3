import { Writable } from 'node:stream'

import { having, onError, readOptions } from '@ashlar/core/options'

import type { AuditEvent } from './event/audit-event.ts'
import type { Trail } from './trail/trail.ts'

export interface TrailTransportOptions {
  readonly trail: Trail
  /** Told when a line could not be written. Default: a process warning. */
  readonly onError?: (error: unknown) => unknown
}

/** A transport for winston's `transports`. */
export interface TrailTransport extends Writable {
  log(info: Readonly<Record<string, unknown>>, next: () => void): void
}

/**
 * Writes winston's log lines to the trail: redacted, chained and durable, as `app_log` events. winston waits for each
 * line, so its own back-pressure holds; a line that can't be written is told to `onError` and does not stop the next.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const logger = winston.createLogger({ transports: [trailTransport({ trail })] })
 * logger.warn('the nightly import was late', { minutes: 12 })
 */
export function trailTransport(options: TrailTransportOptions): TrailTransport {
  const { trail, onError: told } = readOptions('trailTransport()', options, {
    trail: having<Trail>(['record'], 'await fileTrail({ folder, signer })'),
    onError,
  })
  async function record(info: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await trail.record(eventOf(info))
    } catch (error) {
      told(error)
    }
  }
  function log(info: Readonly<Record<string, unknown>>, next: () => void): void {
    void record(info).then(() => next())
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

/** What is logged need not be a text; anything else stands among the details, where it is redacted by its names. */
function eventOf({ level, message, ...details }: Readonly<Record<string, unknown>>): AuditEvent {
  const isText = typeof message === 'string'
  return {
    name: 'app_log',
    outcome: 'success',
    ...(isText && { reason: message }),
    details: { level, ...(!isText && message !== undefined && { message }), ...details },
  }
}
