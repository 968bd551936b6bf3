import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { UnavailableError } from '../errors.ts'
import { OptionPlace } from '../options/option-place.ts'
import { text } from '../options/text-option.ts'
import { boundedMap } from '../time/bounded-map.ts'
import type { SubjectKeys } from './subject-keys.ts'

const CACHED_KEYS = 10_000
const KEY_BYTES = 32
const PSEUDONYM = /^[\w-]{43}$/

/**
 * One file for each subject, for any number of processes. Keep the folder out of the backups of what it seals, or shredded
 * subjects come back with them. A process that knows a key which another one shreds goes on sealing with it, and nobody
 * opens that.
 * @param folder made if it is missing, readable for this user only
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const subjects = await fileSubjectKeys('/var/lib/orders/subjects')
 */
export async function fileSubjectKeys(folder: string): Promise<SubjectKeys> {
  text()(folder, new OptionPlace('fileSubjectKeys()', 'folder'))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pepper = await madeKey(join(folder, 'pepper'), folder)
  const cache = boundedMap<string, KeyObject>(CACHED_KEYS)
  const pathOf = (pseudonym: string): string => {
    if (PSEUDONYM.test(pseudonym)) return join(folder, `${pseudonym}.key`)
    throw new RangeError('No such pseudonym.')
  }
  return Object.freeze<SubjectKeys>({
    pseudonym: (subject) => createHmac('sha256', pepper).update(subject).digest('base64url'),
    keyFor(pseudonym) {
      const known = cache.get(pseudonym)
      if (known) return known
      return madeKey(pathOf(pseudonym), folder).then((key) => {
        cache.set(pseudonym, key)
        return key
      })
    },
    // Always from the disk, so that a key which another process has shredded is gone here as well.
    find: async (pseudonym) => storedKey(pathOf(pseudonym)),
    async shred(pseudonym) {
      cache.delete(pseudonym)
      const path = pathOf(pseudonym)
      try {
        await writeFile(path, randomBytes(KEY_BYTES), { flag: 'r+' })
        await unlink(path)
        await syncFolder(folder)
        return true
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
    },
  })
}

async function storedKey(path: string): Promise<KeyObject | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new UnavailableError('A subject key could not be read.', { cause: error })
  }
  if (bytes.length !== KEY_BYTES) throw new UnavailableError(`The subject key ${path} is not whole.`)
  return createSecretKey(bytes)
}

/** Reads a key, or makes it: whole or not at all, and only one for several processes. */
async function madeKey(path: string, folder: string): Promise<KeyObject> {
  const stored = await storedKey(path)
  if (stored) return stored
  const draft = join(folder, `draft-${randomBytes(9).toString('hex')}`)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(randomBytes(KEY_BYTES))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    await syncFolder(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  const made = await storedKey(path)
  if (made) return made
  throw new UnavailableError('A subject key was shredded while it was made.')
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
