import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { AshlarError } from '@ashlar/core'
import { OptionPlace } from '@ashlar/core/options'

import { CHECKPOINTS } from '../trail/log-place.ts'
import { openStream, sealStream } from './sealed-stream.ts'

const MIN_PASSPHRASE = 16

/**
 * Writes an encrypted copy of a trail to one file, also while it is being written to. The keys of data subjects are not
 * part of it: whoever is erased stays erased when it is restored.
 * @param passphrase at least 16 characters; the backup is no safer than it
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example await backupTrail('/var/lib/orders/trail', '/backup/trail', passphrase)
 */
export async function backupTrail(folder: string, file: string, passphrase: string): Promise<void> {
  checkPassphrase('backupTrail()', passphrase, MIN_PASSPHRASE)
  const draft = `${file}.part`
  try {
    await pipeline(Readable.from(sealStream(archive(folder), passphrase)), createWriteStream(draft, { mode: 0o600 }))
    await syncFile(draft)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/**
 * Restores a backup to a folder that must not exist. The folder appears when all of it is there.
 * @throws AshlarError `ERR_BACKUP_INVALID` for another passphrase, and for a backup that was changed or cut off
 * @example
 * await restoreTrail('/backup/trail', '/var/lib/orders/trail', passphrase)
 * const { ok } = await verifyTrail('/var/lib/orders/trail', { verifiers })
 */
export async function restoreTrail(file: string, folder: string, passphrase: string): Promise<void> {
  checkPassphrase('restoreTrail()', passphrase, 1)
  const draft = `${folder}.part`
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 })
    await unpack(openStream(createReadStream(file), passphrase), draft)
    await mkdir(folder, { mode: 0o700 })
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

interface Entry {
  readonly path: string
  readonly size: number
}

/** Each file as a line that names it and its bytes. Checkpoints before records, since a log in use only grows. */
async function* archive(folder: string): AsyncIterable<Buffer> {
  const logs = (await readdir(folder)).filter((name) => /^writer-\d+$/.test(name)).sort()
  for (const log of logs) {
    const names = (await readdir(join(folder, log))).filter((name) => /^(?:\d{16}\.jsonl|torn-.*)$/.test(name)).sort()
    for (const name of [CHECKPOINTS, ...names]) {
      const path = join(log, name)
      const size = await sizeOf(join(folder, path))
      // A process that has only just claimed a log has written nothing, and retention removes what is old.
      if (size === undefined) continue
      yield Buffer.from(`${JSON.stringify({ path, size } satisfies Entry)}\n`)
      if (size > 0) yield* createReadStream(join(folder, path), { end: size - 1 }) as AsyncIterable<Buffer>
    }
  }
}

async function unpack(archived: AsyncIterable<Buffer>, folder: string): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let left = 0
  let file: FileHandle | undefined
  try {
    for await (const chunk of archived) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      while (rest.length > 0) {
        if (left > 0) {
          const part = rest.subarray(0, left)
          await file!.write(part)
          left -= part.length
          rest = rest.subarray(part.length)
          continue
        }
        const end = rest.indexOf(10)
        if (end === -1) break
        const entry = entryOf(rest.toString('utf8', 0, end))
        rest = rest.subarray(end + 1)
        await finish(file)
        await mkdir(dirname(join(folder, entry.path)), { recursive: true, mode: 0o700 })
        file = await open(join(folder, entry.path), 'wx', 0o600)
        left = entry.size
      }
    }
    if (left > 0 || rest.length > 0) throw new AshlarError('ERR_BACKUP_INVALID', 'The backup ends in a file.')
    await file?.sync()
  } finally {
    await file?.close()
  }
}

/** The archive is authenticated, and still no name of it may lead out of the folder. */
function entryOf(line: string): Entry {
  const { path, size } = JSON.parse(line) as Partial<Entry>
  if (typeof path === 'string' && /^writer-\d+\/[\w.-]+$/.test(path) && Number.isSafeInteger(size)) {
    return { path, size: size! }
  }
  throw new AshlarError('ERR_BACKUP_INVALID', 'The backup holds something that is no part of a trail.')
}

/** Restored is what is on the disk itself. */
async function finish(file: FileHandle | undefined): Promise<void> {
  await file?.sync()
  await file?.close()
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function checkPassphrase(where: string, passphrase: string, min: number): void {
  if (typeof passphrase === 'string' && passphrase.length >= min) return
  throw new OptionPlace(where).in('passphrase').invalid(`a text of at least ${min} character(s)`, passphrase)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
