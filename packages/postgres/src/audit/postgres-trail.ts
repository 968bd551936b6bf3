import { randomBytes } from 'node:crypto'

import type { AuditEvent, CheckpointSigner, Receipt, Trail } from '@ashlar/audit'
import {
  alarmOf,
  type ChainHead,
  checkTrailOptions,
  closeOrphan,
  GroupCommit,
  intendTo,
  type Pending,
  Recorder,
  type RecorderOptions,
  type RecordStorage,
  recordTo,
} from '@ashlar/audit/storage'
import { ConfigurationError, UnavailableError } from '@ashlar/core'
import { numberOption } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

import {
  checkPool,
  type LendingPool,
  lendsConnections,
  type PostgresClient,
  type PostgresConnection,
} from '../client.ts'
import { checkSchema } from '../names.ts'
import { appendRows, type LogRows } from './audit-log-rows.ts'
import { auditTableNames } from './audit-tables.ts'
import { inTransaction } from './in-transaction.ts'

export interface PostgresTrailOptions extends RecorderOptions {
  /** One connection of it is kept for as long as the trail is open. */
  readonly pool: LendingPool
  /** That of `auditTables({ schema })`. Default: where the connection finds tables first. */
  readonly schema?: string
  /** Signs checkpoints; see `checkpointSigner`. */
  readonly signer: CheckpointSigner
  /** Names the log. All processes that give the same name write one chain. Default `'main'`. */
  readonly log?: string
  /** How long one batch may take, in milliseconds. Default 5000. */
  readonly timeoutMs?: number
  /** A checkpoint is signed after so many records of this process. Default 10 000. */
  readonly checkpointRecords?: number
  /** And no later than so many milliseconds after a record. Default 1000. */
  readonly checkpointMs?: number
  /** How many records may wait; more are refused. Default 10 000. */
  readonly maxPending?: number
  /** Given each signed checkpoint once it is stored. */
  readonly onCheckpoint?: (note: string) => unknown
  /** Told of what can't be told to a caller. Default: a process warning. */
  readonly onAlarm?: (error: unknown) => unknown
}

export interface PostgresTrail extends Trail, Closeable {
  close(): Promise<void>

  /**
   * Writes a record within a transaction of the app's own, so that a change and its evidence are committed together or
   * not at all. Other writers of the log wait until the transaction ends: do it last.
   */
  recordIn(transaction: PostgresClient, event: AuditEvent): Promise<Receipt>
}

const OWN_OPTIONS = [
  'pool',
  'schema',
  'signer',
  'log',
  'timeoutMs',
  'checkpointRecords',
  'checkpointMs',
  'maxPending',
  'onCheckpoint',
  'onAlarm',
]
const MAX_BATCH = 1000

/**
 * The audit trail on PostgreSQL: the same chain, tree and checkpoints as in files, one chain for all processes. `migrate(pool,
 * auditTables())` makes the tables. Operations of processes that died are closed as `unknown` when the next one opens the trail.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 */
export async function postgresTrail(options: PostgresTrailOptions): Promise<PostgresTrail> {
  const trail = new OpenTrail(options)
  await trail.start()
  return trail
}

class OpenTrail implements PostgresTrail {
  declare readonly close: Closeable['close']
  declare readonly [Symbol.asyncDispose]: Closeable['close']
  readonly #pool: LendingPool
  readonly #signer: CheckpointSigner
  readonly #rows: LogRows
  readonly #recorder: Recorder
  readonly #commit: GroupCommit
  readonly #storage: RecordStorage
  readonly #limits: { readonly timeoutMs: number; readonly checkpointRecords: number; readonly checkpointMs: number }
  readonly #onCheckpoint: PostgresTrailOptions['onCheckpoint']
  readonly #alarm: (error: unknown) => void
  #presence: PostgresConnection | undefined = undefined
  #head: ChainHead | undefined = undefined
  #unsigned = 0
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(options: PostgresTrailOptions) {
    const where = 'postgresTrail()'
    checkTrailOptions(where, options, OWN_OPTIONS)
    const { pool, schema, signer, log = 'main', onCheckpoint } = options
    checkPool(where, pool)
    if (!lendsConnections(pool)) {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "pool" is a pool of pg, which lends connections.`)
    }
    checkSchema(where, schema)
    if (typeof signer?.sign !== 'function') {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "signer" is required.`)
    }
    if (!/^[\w.-]{1,64}$/.test(log)) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: "log" is a name of letters, digits, dots and dashes.`,
      )
    }
    const number = (name: 'timeoutMs' | 'checkpointRecords' | 'checkpointMs' | 'maxPending', fallback: number) =>
      numberOption(where, name, options[name], { min: 1, max: 2 ** 31 - 1, integer: true, fallback })
    this.#pool = pool
    this.#signer = signer
    // 48 bits, so that it is exact as a JavaScript number wherever it is read.
    const owner = String(randomBytes(6).readUIntBE(0, 6))
    this.#rows = { tables: auditTableNames(schema), log, origin: `${signer.name}/${log}`, owner }
    this.#recorder = new Recorder(where, options)
    this.#onCheckpoint = onCheckpoint
    this.#alarm = alarmOf(options.onAlarm)
    this.#limits = {
      timeoutMs: number('timeoutMs', 5000),
      checkpointRecords: number('checkpointRecords', 10_000),
      checkpointMs: number('checkpointMs', 1000),
    }
    this.#commit = new GroupCommit({
      write: (batch) => this.#write(batch),
      settled: () => this.#settled(),
      maxPending: number('maxPending', 10_000),
      maxBatch: MAX_BATCH,
    })
    this.#storage = { log: this.#rows.origin, add: (pending) => this.#commit.add(pending) }
    Object.assign(
      this,
      closeable(() => this.#end()),
    )
  }

  async start(): Promise<void> {
    await this.#bePresent()
    await this.#closeOrphans()
  }

  record(event: AuditEvent) {
    return recordTo(this.#storage, this.#recorder, event)
  }

  intend(event: AuditEvent) {
    return intendTo(this.#storage, this.#recorder, event)
  }

  recordIn(transaction: PostgresClient, event: AuditEvent): Promise<Receipt> {
    const add = async (pending: Pending) => (await appendRows(transaction, this.#rows, [pending])).first
    return recordTo({ log: this.#rows.origin, add }, this.#recorder, event)
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#commit.close()
    clearTimeout(this.#timer)
    try {
      await this.#checkpoint()
    } finally {
      this.#presence?.release(true)
      this.#presence = undefined
    }
  }

  async #write(batch: readonly Pending[]): Promise<number> {
    try {
      if (!this.#presence) await this.#bePresent()
      const { first, head } = await inTransaction(this.#pool, this.#limits.timeoutMs, (client) =>
        appendRows(client, this.#rows, batch),
      )
      this.#head = head
      this.#unsigned += batch.length
      return first
    } catch (error) {
      throw new UnavailableError('The audit trail could not be written.', { cause: error })
    }
  }

  /** Holds a lock for as long as this process lives, by which others know that it does. */
  async #bePresent(): Promise<void> {
    const client = await this.#pool.connect()
    client.on('error', () => {
      if (this.#presence !== client) return
      this.#presence = undefined
      client.release(true)
    })
    try {
      await client.query('SELECT pg_advisory_lock($1)', [this.#rows.owner])
      this.#presence = client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async #closeOrphans(): Promise<void> {
    const { tables, log } = this.#rows
    const { rows } = await this.#pool.query(`SELECT seq, owner FROM ${tables.intents} WHERE log = $1 ORDER BY seq`, [
      log,
    ])
    const intents = rows as { readonly seq: string; readonly owner: string }[]
    for (const owner of new Set(intents.map((intent) => intent.owner))) {
      const lock = await this.#presence!.query('SELECT pg_try_advisory_lock($1) AS free', [owner])
      if (lock.rows[0].free !== true) continue
      const orphans = intents.filter((intent) => intent.owner === owner)
      for (const { seq } of orphans) await closeOrphan(this.#storage, this.#recorder, Number(seq))
      await this.#presence!.query('SELECT pg_advisory_unlock($1)', [owner])
    }
  }

  async #settled(): Promise<void> {
    const { checkpointRecords, checkpointMs } = this.#limits
    if (this.#unsigned >= checkpointRecords) await this.#checkpoint().catch(this.#alarm)
    if (this.#unsigned === 0 || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#commit.between(() => this.#checkpoint()).catch(this.#alarm)
    }, checkpointMs)
    this.#timer.unref()
  }

  async #checkpoint(): Promise<void> {
    if (!this.#head || this.#unsigned === 0) return
    const { tables, log, origin } = this.#rows
    const { tree } = this.#head
    const note = this.#signer.sign({ origin, size: tree.size, root: tree.root() })
    await inTransaction(this.#pool, this.#limits.timeoutMs, (client) =>
      client.query(`INSERT INTO ${tables.checkpoints} (log, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
        log,
        tree.size,
        note,
      ]),
    )
    this.#unsigned = 0
    try {
      const published = this.#onCheckpoint?.(note)
      if (published instanceof Promise) published.catch(this.#alarm)
    } catch (error) {
      this.#alarm(error)
    }
  }
}
