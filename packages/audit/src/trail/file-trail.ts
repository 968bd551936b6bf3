import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { ConfigurationError, UnavailableError } from '@ashlar/core'
import { numberOption } from '@ashlar/core/options'
import { systemClock } from '@ashlar/core/time'

import { alarmOf } from '../alarm.ts'
import type { AuditEvent } from '../event/audit-event.ts'
import type { CheckpointSigner } from '../merkle/checkpoint.ts'
import { GroupCommit, type Pending } from './group-commit.ts'
import { LogWriter } from './log-writer.ts'
import {
  checkTrailOptions,
  closeOrphan,
  intendTo,
  Recorder,
  type RecorderOptions,
  type RecordStorage,
  recordTo,
} from './recorder.ts'
import { outlivedSegments } from './retention.ts'
import type { Trail } from './trail.ts'
import { nodeFiles, type TrailFiles } from './trail-files.ts'
import { claim, type WriterLock } from './writer-lock.ts'

export interface FileTrailOptions extends RecorderOptions {
  /** Made if missing. Holds one folder for each process that writes at a time: `writer-1`, `writer-2`, … */
  readonly folder: string
  /** Signs checkpoints; see `checkpointSigner`. */
  readonly signer: CheckpointSigner
  /** A segment is closed when it would grow beyond this many bytes. Default 64 MiB. */
  readonly segmentBytes?: number
  /** A checkpoint is signed after so many records. Default 10 000. */
  readonly checkpointRecords?: number
  /** And no later than so many milliseconds after a record. Default 1000. */
  readonly checkpointMs?: number
  /** How many records may wait; more are refused. Default 10 000. */
  readonly maxPending?: number
  /** Segments with nothing younger than so many days are removed, which is recorded. Default: everything is kept. */
  readonly retentionDays?: number
  /** Given each signed checkpoint once it is durable: the place to send it where this machine can't change it. */
  readonly onCheckpoint?: (note: string) => unknown
  /** Told of what can't be told to a caller: a checkpoint that failed. Default: a process warning. */
  readonly onAlarm?: (error: unknown) => unknown
  /** How files are reached. Default: node's. */
  readonly files?: TrailFiles
}

const OWN_OPTIONS = [
  'folder',
  'signer',
  'segmentBytes',
  'checkpointRecords',
  'checkpointMs',
  'maxPending',
  'retentionDays',
  'onCheckpoint',
  'onAlarm',
  'files',
]
const MAX_WRITERS = 256
const MAX_BATCH = 1000
const DAY_MS = 86_400_000

/**
 * Opens an audit trail in a folder, after recovering what a crash may have left: half-written records are set aside,
 * operations that never ended are closed as `unknown`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @throws AshlarError `ERR_TRAIL_CORRUPT` when records are missing or changed that a checkpoint vouches for
 */
export async function fileTrail(options: FileTrailOptions): Promise<Trail> {
  const settings = settingsOf(options)
  const { folder, files } = settings
  await files.makeFolder(folder)
  const claimed = await claimWriter(folder, files)
  let trail: OpenLog
  try {
    trail = await openAs(settings, claimed)
  } catch (error) {
    await claimed.lock.release()
    throw error
  }
  await recoverOthers(settings, claimed.name)
  return trail
}

type Settings = ReturnType<typeof settingsOf>

function settingsOf(options: FileTrailOptions) {
  const where = 'fileTrail()'
  checkTrailOptions(where, options, OWN_OPTIONS)
  const { folder, signer, files = nodeFiles, onCheckpoint } = options
  if (typeof folder !== 'string' || folder === '') {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "folder" is required.`)
  }
  if (typeof signer?.sign !== 'function') {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "signer" is required: checkpointSigner(name, privateKey). "ashlar audit keygen" makes a key.`,
    )
  }
  const range = { min: 1, integer: true }
  return {
    folder,
    signer,
    files,
    onCheckpoint,
    onAlarm: alarmOf(options.onAlarm),
    recorder: new Recorder(where, options),
    segmentBytes: numberOption(where, 'segmentBytes', options.segmentBytes, { ...range, fallback: 64 * 2 ** 20 }),
    checkpointRecords: numberOption(where, 'checkpointRecords', options.checkpointRecords, {
      ...range,
      fallback: 10_000,
    }),
    checkpointMs: numberOption(where, 'checkpointMs', options.checkpointMs, {
      ...range,
      max: 2 ** 31 - 1,
      fallback: 1000,
    }),
    clock: options.clock ?? systemClock,
    retentionDays: numberOption(where, 'retentionDays', options.retentionDays, {
      min: 1,
      max: 36_500,
      fallback: Number.POSITIVE_INFINITY,
    }),
    maxPending: numberOption(where, 'maxPending', options.maxPending, { ...range, fallback: 10_000 }),
  }
}

interface Claimed {
  readonly name: string
  readonly lock: WriterLock
}

async function claimWriter(folder: string, files: TrailFiles): Promise<Claimed> {
  for (let number = 1; number <= MAX_WRITERS; number++) {
    const name = `writer-${number}`
    await files.makeFolder(join(folder, name))
    const lock = await claim(join(folder, name))
    if (lock) return { name, lock }
  }
  throw new UnavailableError(`More than ${MAX_WRITERS} processes write to this audit trail.`)
}

/** A process that died may have left a log that nobody has taken over. */
async function recoverOthers(settings: Settings, own: string): Promise<void> {
  const names = (await readdir(settings.folder)).filter((name) => /^writer-\d+$/.test(name) && name !== own)
  for (const name of names) {
    try {
      const lock = await claim(join(settings.folder, name))
      if (lock) await (await openAs(settings, { name, lock })).close()
    } catch (error) {
      // Damage to another log is no reason to refuse the writing of this one.
      settings.onAlarm(error)
    }
  }
}

async function openAs(settings: Settings, { name, lock }: Claimed): Promise<OpenLog> {
  const { folder, files, signer, segmentBytes } = settings
  const origin = `${signer.name}/${name}`
  const writer = await LogWriter.open({ folder: join(folder, name), origin, files, signer, segmentBytes })
  const log = new OpenLog(origin, writer, lock, settings, join(folder, name))
  await log.recover()
  await log.prune()
  return log
}

class OpenLog implements Trail {
  readonly #writer: LogWriter
  readonly #lock: WriterLock
  readonly #settings: Settings
  readonly #commit: GroupCommit
  readonly #storage: RecordStorage
  readonly #folder: string
  #timer: NodeJS.Timeout | undefined = undefined
  #rotations = 0
  #pruning: Promise<void> | undefined = undefined
  #closing = false

  constructor(log: string, writer: LogWriter, lock: WriterLock, settings: Settings, folder: string) {
    this.#writer = writer
    this.#folder = folder
    this.#lock = lock
    this.#settings = settings
    this.#commit = new GroupCommit({
      write: (batch) => this.#write(batch),
      settled: () => this.#settled(),
      maxPending: settings.maxPending,
      maxBatch: MAX_BATCH,
    })
    this.#storage = { log, add: (pending) => this.#commit.add(pending) }
  }

  async recover(): Promise<void> {
    const { recorder } = this.#settings
    if (this.#writer.tornBytes > 0) {
      const event: AuditEvent = {
        name: 'trail_recovered',
        outcome: 'success',
        reason: 'a crash left records half-written; none of them had been acknowledged',
        details: { bytes: this.#writer.tornBytes },
      }
      await this.#storage.add({ body: await recorder.encodeOwn(event) })
    }
    for (const intent of [...this.#writer.open]) await closeOrphan(this.#storage, recorder, intent)
  }

  /** Removes what has outlived the retention, after a record that says so has been signed. */
  prune(): Promise<void> {
    if (this.#closing) return Promise.resolve()
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = undefined
    })
    return this.#pruning
  }

  async #prune(): Promise<void> {
    const { retentionDays, clock, recorder, files } = this.#settings
    if (retentionDays === Number.POSITIVE_INFINITY) return
    const outlived = await outlivedSegments(this.#folder, clock.now() - retentionDays * DAY_MS)
    if (!outlived) return
    const event: AuditEvent = {
      name: 'trail_pruned',
      outcome: 'success',
      reason: 'the retention period has ended',
      details: { through: outlived.through },
    }
    await this.#storage.add({ body: await recorder.encodeOwn(event) })
    await this.#commit.between(() => this.#checkpoint())
    for (const path of outlived.paths) await files.remove(path)
    await files.syncFolder(this.#folder)
  }

  record(event: AuditEvent) {
    return recordTo(this.#storage, this.#settings.recorder, event)
  }

  intend(event: AuditEvent) {
    return intendTo(this.#storage, this.#settings.recorder, event)
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#pruning?.catch(this.#settings.onAlarm)
    clearTimeout(this.#timer)
    await this.#commit.close()
    clearTimeout(this.#timer)
    try {
      await this.#checkpoint()
    } finally {
      await this.#writer.close()
      await this.#lock.release()
    }
  }

  async #write(batch: readonly Pending[]): Promise<number> {
    try {
      return await this.#writer.append(batch)
    } catch (error) {
      throw new UnavailableError('The audit trail could not be written.', { cause: error })
    }
  }

  async #settled(): Promise<void> {
    const { checkpointRecords, checkpointMs, onAlarm } = this.#settings
    if (this.#writer.rotations !== this.#rotations) {
      this.#rotations = this.#writer.rotations
      setImmediate(() => this.prune().catch(onAlarm))
    }
    if (this.#writer.unsigned >= checkpointRecords) await this.#checkpoint().catch(onAlarm)
    if (this.#writer.unsigned === 0 || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#commit.between(() => this.#checkpoint()).catch(onAlarm)
    }, checkpointMs)
    // A process that has nothing else to do need not wait; `close` signs as well.
    this.#timer.unref()
  }

  async #checkpoint(): Promise<void> {
    const note = await this.#writer.checkpoint()
    if (note === undefined) return
    const { onCheckpoint, onAlarm } = this.#settings
    try {
      const published = onCheckpoint?.(note)
      // A witness that is slow or fails must not hold up the trail.
      if (published instanceof Promise) published.catch(onAlarm)
    } catch (error) {
      onAlarm(error)
    }
  }
}
