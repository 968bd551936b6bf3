import { ConfigurationError, onEvent } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

import type { Logger } from './logger.ts'
import { type RequestRecord, requestRecord } from './request-record.ts'

const DEFAULT_BACKLOG = 10_000

export interface AuditLogOptions {
  /** A winston logger, or anything with its `log(entry)`. One of `logger` and `sink` is required. */
  readonly logger?: Logger
  /** The level at which the logger writes. Default `'info'`. */
  readonly level?: string
  /** How many records may wait in the logger's stream; more are dropped, with a warning. Default 10 000. */
  readonly maxBacklog?: number
  /** Takes the records in the place of a logger. */
  readonly sink?: (record: RequestRecord) => void
  /** The service's name, in every record. Default: none. */
  readonly service?: string
}

export interface AuditLog {
  /** Writes nothing more. */
  stop(): void
}

/**
 * Writes one record for each completed request of this process, also when it was refused or aborted. Records are
 * written when the response has closed; a logger that fails costs its line and a process warning, never a request.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export function auditLog(options: AuditLogOptions): AuditLog {
  checkOptionNames('auditLog()', options, ['logger', 'level', 'maxBacklog', 'sink', 'service'])
  const { logger, level = 'info', sink, service } = options
  if (service !== undefined && typeof service !== 'string') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'auditLog(): "service" is a name.')
  }
  if (logger && sink) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'auditLog(): give either "logger" or "sink", not both.')
  }
  const maxBacklog = numberOption('auditLog()', 'maxBacklog', options.maxBacklog, {
    min: 1,
    integer: true,
    fallback: DEFAULT_BACKLOG,
  })
  const write = logger ? writerOf(logger, level, maxBacklog) : sink
  if (write === undefined) {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'auditLog(): "logger" is required, such as a winston logger.')
  }
  if (typeof write !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'auditLog(): "sink" is a function.')
  }
  // What a writer throws is caught and reported by the subscription.
  const unsubscribe = onEvent((event) => {
    if (event.name === 'request_completed') write(requestRecord(event, service))
  })
  logger?.on?.('error', warn)
  return {
    stop() {
      unsubscribe()
      logger?.off?.('error', warn)
    },
  }
}

function writerOf(logger: Logger, level: string, maxBacklog: number): (record: RequestRecord) => void {
  if (typeof logger.log !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'auditLog(): "logger" has a "log" function, as winston\'s has.')
  }
  if (logger.levels && !(level in logger.levels)) {
    const known = Object.keys(logger.levels).join(', ')
    throw new ConfigurationError('ERR_OPTION_INVALID', `auditLog(): the logger has no level "${level}" (${known}).`)
  }
  let dropped = 0
  return (record) => {
    // winston has no bound of its own: behind a transport that hangs, its buffer grows until the process ends.
    if ((logger.writableLength ?? 0) >= maxBacklog) {
      if (dropped++ === 0) warn(new Error('its backlog is full; records are dropped'))
      return
    }
    if (dropped > 0) warn(new Error(`${dropped} record(s) were dropped`))
    dropped = 0
    logger.log({ level, message: 'request', ...record })
  }
}

/** A transport's error with no listener would end the process. */
function warn(error: unknown): void {
  process.emitWarning(`The audit log's logger failed: ${error instanceof Error ? error.message : String(error)}`)
}
