import type { CheckpointSigner } from '@ashlar/audit'
import { type RecorderOptions, type RecorderSettings, recorderOptions, signerOption } from '@ashlar/audit/storage'
import { callback, duration, onError, optional, readOptions, text, wholeNumber } from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'

import type { LendingPool } from '../client.ts'
import { encrypted, lendingPool, requireTls, schema } from '../postgres-options.ts'

export interface PostgresTrailOptions extends RecorderOptions {
  /** One connection of it is kept for as long as the trail is open, unless the database is an embedded one. */
  readonly pool: LendingPool
  /** That of `auditTables({ schema })`. Default: where the connection finds tables first. */
  readonly schema?: string
  /** As in `PostgresOptions`. Default `false`. */
  readonly requireTls?: boolean
  /** Signs checkpoints; see `checkpointSigner`. */
  readonly signer: CheckpointSigner
  /** Names the log. All processes that give the same name write one chain. Default `'main'`. */
  readonly log?: string
  /** How long each step may take: to get a connection, to write one batch. From `'1ms'` to `'10m'`. Default `'5s'`. */
  readonly timeout?: Duration
  /** A checkpoint is signed after so many records of this process. Default 10 000. */
  readonly checkpointRecords?: number
  /** And no later than so long after a record, from `'1ms'` to `'1d'`. Default `'1s'`. */
  readonly checkpointEvery?: Duration
  /** How many records may wait; more are refused. Default 10 000. */
  readonly maxPending?: number
  /** Given each signed checkpoint once it is stored. */
  readonly onCheckpoint?: (note: string) => unknown
  /** Told of what can't be told to a caller: a checkpoint that failed. Default: a process warning, once for each kind. */
  readonly onError?: (error: unknown) => unknown
}

/** What they say, durations in milliseconds. */
export interface TrailSettings extends RecorderSettings {
  readonly pool: LendingPool
  readonly schema: string | undefined
  readonly signer: CheckpointSigner
  readonly log: string
  readonly timeout: number
  readonly checkpointRecords: number
  readonly checkpointEvery: number
  readonly maxPending: number
  readonly onCheckpoint: ((note: string) => unknown) | undefined
  readonly onError: (error: unknown) => void
}

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_CONNECTION_NOT_ENCRYPTED` */
export function readTrailOptions(where: string, options: PostgresTrailOptions): TrailSettings {
  return encrypted(
    where,
    readOptions(where, options, {
      ...recorderOptions,
      pool: lendingPool,
      schema,
      requireTls,
      signer: signerOption,
      log: text({ pattern: /^[\w.-]{1,64}$/, says: 'a name of letters, digits, dots and dashes', fallback: 'main' }),
      timeout: duration({ max: '10m', fallback: '5s' }),
      checkpointRecords: wholeNumber({ min: 1, fallback: 10_000 }),
      checkpointEvery: duration({ max: '1d', fallback: '1s' }),
      maxPending: wholeNumber({ min: 1, fallback: 10_000 }),
      onCheckpoint: optional(callback<(note: string) => unknown>()),
      onError,
    }),
  )
}
