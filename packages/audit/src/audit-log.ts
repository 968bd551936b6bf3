import { onEvent, UnavailableError } from '@ashlar/core'
import { contain } from '@ashlar/core/adapter'
import { callback, having, OptionPlace, onError, optional, readOptions, text, wholeNumber } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

import type { Logger } from './logger.ts'
import { type RequestRecord, requestRecord } from './request-record.ts'

export interface AuditLogOptions {
  /** A winston logger, or anything with its `log(entry)`. One of `logger` and `sink` is required. */
  readonly logger?: Logger
  /** The level at which the logger writes. Default `'info'`. */
  readonly level?: string
  /** How many records may wait in the logger's stream; more are dropped, which is told. Default 10 000. */
  readonly maxPending?: number
  /** Takes the records in the place of a logger. */
  readonly sink?: (record: RequestRecord) => unknown
  /** The service's name, in every record. Default: none. */
  readonly service?: string
  /** Told of a record that could not be written. Default: a process warning. */
  readonly onError?: (error: unknown) => unknown
}

/**
 * Writes one record for each completed request of this process, also when it was refused or aborted. Records are
 * written when the response has closed; a logger that fails costs its line, never a request.
 * @returns what ends it: after `close()` nothing more is written
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const logger = winston.createLogger({ transports: [new winston.transports.Console()] })
 * auditLog({ logger, service: 'orders' })
 */
export function auditLog(options: AuditLogOptions): Closeable {
  const settings = readOptions('auditLog()', options, {
    logger: optional(having<Logger>(['log'], 'a winston logger')),
    level: text({ fallback: 'info', quote: true }),
    maxPending: wholeNumber({ min: 1, fallback: 10_000 }),
    sink: optional(callback<(record: RequestRecord) => unknown>()),
    service: optional(text()),
    onError,
  })
  const { logger, service, onError: told } = settings
  const write = writerOf(settings)
  const unsubscribe = onEvent((event) => {
    if (event.name === 'request_completed') contain(() => write(requestRecord(event, service)), told)
  })
  // A transport's error with no listener would end the process.
  logger?.on?.('error', told)
  return closeable(() => {
    unsubscribe()
    logger?.off?.('error', told)
  })
}

interface Settings {
  readonly logger: Logger | undefined
  readonly level: string
  readonly maxPending: number
  readonly sink: ((record: RequestRecord) => unknown) | undefined
  readonly onError: (error: unknown) => void
}

function writerOf({ logger, level, maxPending, sink, onError: told }: Settings): (record: RequestRecord) => unknown {
  const at = new OptionPlace('auditLog()')
  if (!logger && !sink) throw at.in('logger').missing('Give it a winston logger, or give a "sink".')
  if (!logger) return sink!
  if (sink) throw at.in('sink').invalid('left out where a "logger" is given')
  if (logger.levels && !Object.hasOwn(logger.levels, level)) {
    throw at.in('level').invalid(`a level of the logger: ${Object.keys(logger.levels).join(', ')}`)
  }
  let dropped = 0
  return (record) => {
    // winston has no bound of its own: behind a transport that hangs, its buffer grows until the process ends.
    if ((logger.writableLength ?? 0) >= maxPending) {
      if (dropped++ === 0) told(new UnavailableError('Too many requests wait in the logger; records are dropped.'))
      return undefined
    }
    if (dropped > 0) told(new UnavailableError(`The logger writes again; ${dropped} record(s) were dropped.`))
    dropped = 0
    return logger.log({ level, message: 'request', ...record })
  }
}
