import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { AshlarError, UnavailableError } from '@ashlar/core'
import {
  callback,
  duration,
  having,
  onError,
  optional,
  orElse,
  readOptions,
  text,
  wholeNumber,
} from '@ashlar/core/options'
import { closeable, type Duration } from '@ashlar/core/time'

import type { CheckpointSigner } from '../merkle/checkpoint.ts'
import { LogWriter } from './log-writer.ts'
import { OpenLog, type OpenLogSettings } from './open-log.ts'
import { Recorder, type RecorderOptions, recorderOptions } from './recorder.ts'
import { signerOption } from './signer-option.ts'
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
  /** And no later than so long after a record. Default `'1s'`, at most `'1d'`. */
  readonly checkpointEvery?: Duration
  /** How many records may wait; more are refused. Default 10 000. */
  readonly maxPending?: number
  /** Segments with nothing younger than this are removed, which is recorded. At least `'1d'`. Default: everything is kept. */
  readonly retention?: Duration
  /** Given each signed checkpoint once it is durable: the place to send it where this machine can't change it. */
  readonly onCheckpoint?: (note: string) => unknown
  /** Told of what can't be told to a caller: a checkpoint that failed, damage that was found. Default: a process warning. */
  readonly onError?: (error: unknown) => unknown
  /** How files are reached. Default: node's. */
  readonly files?: TrailFiles
}

const MAX_WRITERS = 256

/**
 * Opens an audit trail in a folder, after recovering what a crash may have left: half-written records are set aside,
 * operations that never ended are closed as `unknown`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @throws AshlarError `ERR_TRAIL_CORRUPT` when records are missing or changed that a checkpoint vouches for
 * @throws UnavailableError where the folder can't be written
 * @example
 * const signer = checkpointSigner('trail.example.com', readFileSync('trail.pem', 'utf8'))
 * const trail = await fileTrail({ folder: '/var/lib/orders/trail', signer, service: 'orders', retention: '400d' })
 * await trail.record({ name: 'config_changed', outcome: 'success', changes: { before, after } })
 */
export async function fileTrail(options: FileTrailOptions): Promise<Trail> {
  const settings = settingsOf(options)
  const { name, lock } = await claimWriter(settings)
  const log = await openClaimed(settings, name, lock)
  await recoverOthers(settings, name)
  return Object.freeze<Trail>({
    record: (event) => log.record(event),
    intend: (event) => log.intend(event),
    ...closeable(() => log.close()),
  })
}

interface Settings extends OpenLogSettings {
  readonly folder: string
  readonly signer: CheckpointSigner
  readonly segmentBytes: number
}

function settingsOf(options: FileTrailOptions): Settings {
  const read = readOptions('fileTrail()', options, {
    ...recorderOptions,
    folder: text(),
    signer: signerOption,
    segmentBytes: wholeNumber({ min: 1, fallback: 64 * 2 ** 20 }),
    checkpointRecords: wholeNumber({ min: 1, fallback: 10_000 }),
    checkpointEvery: duration({ max: '1d', fallback: '1s' }),
    maxPending: wholeNumber({ min: 1, fallback: 10_000 }),
    retention: optional(duration({ min: '1d', max: '36500d' })),
    onCheckpoint: optional(callback<(note: string) => unknown>()),
    onError,
    files: orElse(
      having<TrailFiles>(['list', 'makeFolder', 'read', 'append', 'remove', 'syncFolder']),
      () => nodeFiles,
    ),
  })
  return { ...read, recorder: new Recorder(read) }
}

interface Claimed {
  readonly name: string
  readonly lock: WriterLock
}

async function claimWriter({ folder, files }: Settings): Promise<Claimed> {
  try {
    await files.makeFolder(folder)
    for (let number = 1; number <= MAX_WRITERS; number++) {
      const name = `writer-${number}`
      await files.makeFolder(join(folder, name))
      const lock = await claim(join(folder, name))
      if (lock) return { name, lock }
    }
  } catch (error) {
    throw notOpened(error)
  }
  throw new UnavailableError(`More than ${MAX_WRITERS} processes write to this audit trail.`)
}

/** A process that died may have left a log that nobody has taken over. */
async function recoverOthers(settings: Settings, own: string): Promise<void> {
  const names = await readdir(settings.folder)
  for (const name of names.filter((name) => /^writer-\d+$/.test(name) && name !== own)) {
    try {
      const lock = await claim(join(settings.folder, name))
      if (lock) await (await openClaimed(settings, name, lock)).close()
    } catch (error) {
      // Damage to another log is no reason to refuse the writing of this one.
      settings.onError(error)
    }
  }
}

/** Opens and recovers a log that has been claimed. Of one that can't be, nothing stays open. */
async function openClaimed(settings: Settings, name: string, lock: WriterLock): Promise<OpenLog> {
  const { files, signer, segmentBytes } = settings
  const [folder, origin] = [join(settings.folder, name), `${signer.name}/${name}`]
  let log: OpenLog | undefined
  try {
    const writer = await LogWriter.open({ folder, origin, files, signer, segmentBytes })
    log = new OpenLog({ folder, origin, writer, lock }, settings)
    await log.recover()
    await log.prune()
    return log
  } catch (error) {
    await (log ?? lock).abandon()
    throw notOpened(error)
  }
}

function notOpened(error: unknown): unknown {
  if (error instanceof AshlarError) return error
  return new UnavailableError('The audit trail could not be opened.', { cause: error })
}
