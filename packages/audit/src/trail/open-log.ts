import { AshlarError, type Awaitable, UnavailableError } from '@ashlar/core'
import type { Clock } from '@ashlar/core/time'

import type { AuditEvent } from '../event/audit-event.ts'
import { CheckpointSchedule } from './checkpoint-schedule.ts'
import { GroupCommit, type Pending } from './group-commit.ts'
import type { LogWriter } from './log-writer.ts'
import { closeOrphan, intendTo, type RecordStorage, recordTo } from './record-storage.ts'
import type { Recorder } from './recorder.ts'
import { outlivedSegments } from './retention.ts'
import type { Intent, Receipt } from './trail.ts'
import type { TrailFiles } from './trail-files.ts'
import type { WriterLock } from './writer-lock.ts'

export interface OpenLogSettings {
  readonly recorder: Recorder
  readonly files: TrailFiles
  readonly clock: Clock
  readonly checkpointRecords: number
  /** Milliseconds. */
  readonly checkpointEvery: number
  readonly maxPending: number
  /** Milliseconds. */
  readonly retention: number | undefined
  readonly onCheckpoint: ((note: string) => unknown) | undefined
  readonly onError: (error: unknown) => void
}

/** A log that this process has claimed and opened. */
export interface ClaimedLog {
  readonly folder: string
  readonly origin: string
  readonly writer: LogWriter
  readonly lock: WriterLock
}

/** One log of a trail in files while this process writes it: batches, checkpoints, recovery and retention. */
export class OpenLog {
  readonly #log: ClaimedLog
  readonly #settings: OpenLogSettings
  readonly #commit: GroupCommit
  readonly #schedule: CheckpointSchedule
  readonly #storage: RecordStorage
  #rotations = 0
  #pruning: Promise<void> | undefined = undefined
  #closing = false

  constructor(log: ClaimedLog, settings: OpenLogSettings) {
    const { writer, origin } = log
    const { checkpointRecords, checkpointEvery, maxPending, onCheckpoint, onError } = settings
    this.#log = log
    this.#settings = settings
    this.#commit = new GroupCommit({
      log: origin,
      write: (batch) => this.#write(batch),
      settled: () => this.#settled(),
      maxPending,
    })
    this.#schedule = new CheckpointSchedule({
      records: checkpointRecords,
      everyMs: checkpointEvery,
      unsigned: () => writer.unsigned,
      sign: () => writer.checkpoint(),
      between: (task) => this.#commit.between(task),
      onCheckpoint,
      onError,
    })
    this.#storage = { log: origin, add: (pending) => this.#commit.add(pending) }
  }

  record(event: AuditEvent): Promise<Receipt> {
    return recordTo(this.#storage, this.#settings.recorder, event)
  }

  intend(event: AuditEvent): Promise<Intent> {
    return intendTo(this.#storage, this.#settings.recorder, event)
  }

  /** Records what recovery had to set aside, and ends the operations that a dead process left. */
  async recover(): Promise<void> {
    const { recorder, onError } = this.#settings
    const { writer, origin } = this.#log
    if (writer.setAside) {
      const { file, bytes, whole } = writer.setAside
      const damaged = `records were damaged; ${whole} whole ones behind them were set aside and may have been acknowledged`
      await this.#recordOwn({
        name: 'trail_recovered',
        outcome: whole > 0 ? 'failure' : 'success',
        reason: whole > 0 ? damaged : 'a crash left records half-written; none of them had been acknowledged',
        details: { bytes, file, whole },
      })
      if (whole > 0) onError(new AshlarError('ERR_TRAIL_CORRUPT', `The audit log ${origin}: ${damaged}; see ${file}.`))
    }
    for (const intent of [...writer.open]) await closeOrphan(this.#storage, recorder, intent)
  }

  /** Removes what has outlived the retention, after a record that says so has been signed. */
  prune(): Promise<void> {
    if (this.#closing) return Promise.resolve()
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = undefined
    })
    return this.#pruning
  }

  /** Where not all could be written and signed, the log is not said to be whole: whoever opens it next recovers it. */
  async close(): Promise<void> {
    const { writer, lock } = this.#log
    this.#closing = true
    await this.#pruning?.catch(this.#settings.onError)
    await this.#commit.close()
    let whole = false
    try {
      try {
        await this.#schedule.close()
      } finally {
        await writer.close()
      }
      whole = true
    } finally {
      await (whole ? lock.release() : lock.abandon())
    }
  }

  /** After a recovery that failed. */
  async abandon(): Promise<void> {
    const { writer, lock } = this.#log
    this.#closing = true
    this.#schedule.stop()
    await writer.close().catch(this.#settings.onError)
    await lock.abandon()
  }

  async #write(batch: readonly Pending[]): Promise<number> {
    try {
      return await this.#log.writer.append(batch)
    } catch (error) {
      throw new UnavailableError('The audit trail could not be written.', { cause: error })
    }
  }

  #settled(): Promise<void> {
    const { writer } = this.#log
    if (writer.rotations !== this.#rotations) {
      this.#rotations = writer.rotations
      setImmediate(() => this.prune().catch(this.#settings.onError))
    }
    return this.#schedule.settled()
  }

  async #prune(): Promise<void> {
    const { retention, clock, files } = this.#settings
    const { folder } = this.#log
    if (retention === undefined) return
    const outlived = await outlivedSegments(folder, clock.now() - retention)
    if (!outlived) return
    await this.#recordOwn({
      name: 'trail_pruned',
      outcome: 'success',
      reason: 'the retention period has ended',
      details: { through: outlived.through },
    })
    await this.#commit.between(() => this.#schedule.sign())
    for (const path of outlived.paths) await files.remove(path)
    await files.syncFolder(folder)
  }

  async #recordOwn(event: AuditEvent): Promise<void> {
    const body: Awaitable<string> = this.#settings.recorder.encodeOwn(event)
    await this.#storage.add({ body: await body })
  }
}
