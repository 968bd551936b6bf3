import { randomBytes } from 'node:crypto'

import type { AuditEvent, Intent, Receipt, Trail } from '@ashlar/audit'
import {
  type ChainHead,
  CheckpointSchedule,
  closeOrphan,
  GroupCommit,
  intendTo,
  type Pending,
  Recorder,
  type RecordStorage,
  recordTo,
} from '@ashlar/audit/storage'
import { UnavailableError } from '@ashlar/core'
import { closeable } from '@ashlar/core/time'

import type { PostgresClient } from '../client.ts'
import { appendRows, type LogRows } from './audit-log-rows.ts'
import { auditTableNames } from './audit-tables.ts'
import { inTransaction } from './in-transaction.ts'
import { type Presence, presenceOf } from './presence.ts'
import { type PostgresTrailOptions, readTrailOptions, type TrailSettings } from './trail-options.ts'

export interface PostgresTrail extends Trail {
  /**
   * Writes a record within a transaction of the app's own, so that a change and its evidence are committed together or
   * not at all. Other writers of the log wait until the transaction ends: do it last.
   */
  recordIn(transaction: PostgresClient, event: AuditEvent): Promise<Receipt>
}

/**
 * The audit trail on PostgreSQL: the same chain, tree and checkpoints as in files, one chain for all processes. `migrate(pool,
 * auditTables())` makes the tables. Operations of processes that died are closed as `unknown` when the next one opens the trail.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * await migrate(pool, auditTables())
 * const trail = await postgresTrail({ pool, signer, service: 'orders' })
 * await trail.record({ name: 'config_changed', outcome: 'success' })
 */
export async function postgresTrail(options: PostgresTrailOptions): Promise<PostgresTrail> {
  const trail = new OpenTrail(readTrailOptions('postgresTrail()', options))
  await trail.start()
  return Object.freeze<PostgresTrail>({
    record: (event) => trail.record(event),
    intend: (event) => trail.intend(event),
    recordIn: (transaction, event) => trail.recordIn(transaction, event),
    ...closeable(() => trail.close()),
  })
}

class OpenTrail {
  readonly #settings: TrailSettings
  readonly #rows: LogRows
  readonly #presence: Presence
  readonly #recorder: Recorder
  readonly #commit: GroupCommit
  readonly #schedule: CheckpointSchedule
  readonly #storage: RecordStorage
  #head: ChainHead | undefined = undefined
  #unsigned = 0

  constructor(settings: TrailSettings) {
    const { schema, log, signer, maxPending, checkpointRecords, checkpointEvery, onCheckpoint, onError } = settings
    this.#settings = settings
    // 48 bits, so that it is exact as a JavaScript number wherever it is read.
    const owner = String(randomBytes(6).readUIntBE(0, 6))
    this.#rows = { tables: auditTableNames(schema), log, origin: `${signer.name}/${log}`, owner }
    this.#presence = presenceOf(settings.pool, settings.timeout, owner)
    this.#recorder = new Recorder(settings)
    this.#commit = new GroupCommit({
      log: this.#rows.origin,
      write: (batch) => this.#write(batch),
      settled: () => this.#schedule.settled(),
      maxPending,
    })
    this.#schedule = new CheckpointSchedule({
      records: checkpointRecords,
      everyMs: checkpointEvery,
      unsigned: () => this.#unsigned,
      sign: () => this.#checkpoint(),
      between: (task) => this.#commit.between(task),
      onCheckpoint,
      onError,
    })
    this.#storage = { log: this.#rows.origin, add: (pending) => this.#commit.add(pending) }
  }

  async start(): Promise<void> {
    await this.#presence.show()
    await this.#closeOrphans()
  }

  record(event: AuditEvent): Promise<Receipt> {
    return recordTo(this.#storage, this.#recorder, event)
  }

  intend(event: AuditEvent): Promise<Intent> {
    return intendTo(this.#storage, this.#recorder, event)
  }

  recordIn(transaction: PostgresClient, event: AuditEvent): Promise<Receipt> {
    const add = async (pending: Pending) => (await appendRows(transaction, this.#rows, [pending])).first
    return recordTo({ log: this.#rows.origin, add }, this.#recorder, event)
  }

  async close(): Promise<void> {
    await this.#commit.close()
    try {
      await this.#schedule.close()
    } finally {
      this.#presence.leave()
    }
  }

  async #write(batch: readonly Pending[]): Promise<number> {
    try {
      await this.#presence.show()
      const { pool, timeout } = this.#settings
      const { first, head } = await inTransaction(pool, timeout, (client) => appendRows(client, this.#rows, batch))
      this.#head = head
      this.#unsigned += batch.length
      return first
    } catch (error) {
      throw new UnavailableError('The audit trail could not be written.', { cause: error })
    }
  }

  async #closeOrphans(): Promise<void> {
    const { tables, log } = this.#rows
    const select = `SELECT seq, owner FROM ${tables.intents} WHERE log = $1 ORDER BY seq`
    const { rows } = await this.#settings.pool.query(select, [log])
    const intents = rows as { readonly seq: string; readonly owner: string }[]
    for (const owner of new Set(intents.map((intent) => intent.owner))) {
      const orphans = intents.filter((intent) => intent.owner === owner)
      await this.#presence.whereGone(owner, async () => {
        for (const { seq } of orphans) await closeOrphan(this.#storage, this.#recorder, Number(seq))
      })
    }
  }

  async #checkpoint(): Promise<string | undefined> {
    if (!this.#head || this.#unsigned === 0) return undefined
    const { pool, timeout, signer } = this.#settings
    const { tables, log, origin } = this.#rows
    const { tree } = this.#head
    const note = signer.sign({ origin, size: tree.size, root: tree.root() })
    const insert = `INSERT INTO ${tables.checkpoints} (log, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
    await inTransaction(pool, timeout, (client) => client.query(insert, [log, tree.size, note]))
    this.#unsigned = 0
    return note
  }
}
