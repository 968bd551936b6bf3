import { randomBytes } from 'node:crypto'

import type { AuditEvent, Receipt, Trail } from '@ashlar/audit'
import {
  type ChainHead,
  closeOrphan,
  GroupCommit,
  intendTo,
  type Pending,
  Recorder,
  type RecordStorage,
  recordTo,
} from '@ashlar/audit/storage'
import { UnavailableError } from '@ashlar/core'
import { type Closeable, closeable, isThenable } from '@ashlar/core/time'

import type { LendingPool, PostgresClient, PostgresConnection } from '../client.ts'
import { appendRows, type LogRows } from './audit-log-rows.ts'
import { auditTableNames } from './audit-tables.ts'
import { inTransaction } from './in-transaction.ts'
import { type PostgresTrailOptions, readTrailOptions, type TrailSettings } from './trail-options.ts'

export interface PostgresTrail extends Trail, Closeable {
  close(): Promise<void>

  /**
   * Writes a record within a transaction of the app's own, so that a change and its evidence are committed together or
   * not at all. Other writers of the log wait until the transaction ends: do it last.
   */
  recordIn(transaction: PostgresClient, event: AuditEvent): Promise<Receipt>
}

const MAX_BATCH = 1000

/**
 * The audit trail on PostgreSQL: the same chain, tree and checkpoints as in files, one chain for all processes. `migrate(pool,
 * auditTables())` makes the tables. Operations of processes that died are closed as `unknown` when the next one opens the trail.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const trail = await postgresTrail({ pool, signer: checkpointSigner('trail.example.com', privateKey) })
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
  readonly #signer: PostgresTrailOptions['signer']
  readonly #rows: LogRows
  readonly #recorder: Recorder
  readonly #commit: GroupCommit
  readonly #storage: RecordStorage
  readonly #settings: Pick<TrailSettings, 'timeout' | 'checkpointRecords' | 'checkpointEvery'>
  readonly #onCheckpoint: PostgresTrailOptions['onCheckpoint']
  readonly #alarm: (error: unknown) => void
  #presence: PostgresConnection | undefined = undefined
  #head: ChainHead | undefined = undefined
  #unsigned = 0
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(options: PostgresTrailOptions) {
    const where = 'postgresTrail()'
    const { pool, schema, log, signer, onCheckpoint, onError, ...settings } = readTrailOptions(where, options)
    this.#pool = pool
    this.#signer = signer
    // 48 bits, so that it is exact as a JavaScript number wherever it is read.
    const owner = String(randomBytes(6).readUIntBE(0, 6))
    this.#rows = { tables: auditTableNames(schema), log, origin: `${signer.name}/${log}`, owner }
    this.#recorder = new Recorder(where, options)
    this.#onCheckpoint = onCheckpoint
    this.#alarm = onError
    this.#settings = settings
    this.#commit = new GroupCommit({
      write: (batch) => this.#write(batch),
      settled: () => this.#settled(),
      maxPending: settings.maxPending,
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
      const { first, head } = await inTransaction(this.#pool, this.#settings.timeout, (client) =>
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
    const { checkpointRecords, checkpointEvery } = this.#settings
    if (this.#unsigned >= checkpointRecords) await this.#checkpoint().catch(this.#alarm)
    if (this.#unsigned === 0 || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#commit.between(() => this.#checkpoint()).catch(this.#alarm)
    }, checkpointEvery)
    this.#timer.unref()
  }

  async #checkpoint(): Promise<void> {
    if (!this.#head || this.#unsigned === 0) return
    const { tables, log, origin } = this.#rows
    const { tree } = this.#head
    const note = this.#signer.sign({ origin, size: tree.size, root: tree.root() })
    await inTransaction(this.#pool, this.#settings.timeout, (client) =>
      client.query(`INSERT INTO ${tables.checkpoints} (log, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
        log,
        tree.size,
        note,
      ]),
    )
    this.#unsigned = 0
    try {
      const published = this.#onCheckpoint?.(note)
      if (isThenable(published)) published.then(undefined, this.#alarm)
    } catch (error) {
      this.#alarm(error)
    }
  }
}
