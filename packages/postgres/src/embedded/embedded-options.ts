import { duration, flag, onError, orFalse, readOptions, text, wholeNumber } from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'

export interface EmbeddedPostgresOptions {
  /** Where the database is, made if missing: a folder of its own on a disk of this machine. `false`: in memory, for tests. */
  readonly folder: string | false
  /** Whether it runs in a thread of its own. `false`: in the app's, which every statement then holds up. Default `true`. */
  readonly worker?: boolean
  /** Whether what is acknowledged survives a loss of power. `false`: only a crash of the process. Default `true`. */
  readonly durable?: boolean
  /** How many connections each role has. They take turns. Default 10. */
  readonly maxConnections?: number
  /** How many may wait for a connection of a role; more are refused. Default 1000. */
  readonly maxPending?: number
  /**
   * How long a statement waits for a connection, and for another connection's transaction; a transaction that is idle for so
   * long while others wait is ended. From `'1ms'` to `'10m'`. Default `'5s'`.
   */
  readonly timeout?: Duration
  /** Told when the database ended by itself, and is opened again. Default: a process warning, once for each kind. */
  readonly onError?: (error: unknown) => unknown
}

export interface EmbeddedSettings {
  readonly folder: string | false
  readonly worker: boolean
  readonly durable: boolean
  readonly maxConnections: number
  readonly maxPending: number
  readonly timeout: number
  readonly onError: (error: unknown) => void
}

/** What messages begin with. */
export const WHERE = 'embeddedPostgres()'

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID` */
export function readEmbeddedOptions(options: EmbeddedPostgresOptions): EmbeddedSettings {
  return readOptions(WHERE, options, {
    folder: orFalse(text({ pattern: /^[^\0]+$/, says: 'a folder, such as ./data/postgres' })),
    worker: flag(true),
    durable: flag(true),
    maxConnections: wholeNumber({ min: 1, max: 1000, fallback: 10 }),
    maxPending: wholeNumber({ min: 1, fallback: 1000 }),
    timeout: duration({ max: '10m', fallback: '5s' }),
    onError,
  })
}
