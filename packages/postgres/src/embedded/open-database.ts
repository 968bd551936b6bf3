import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { ConfigurationError, type ErrorCode, UnavailableError } from '@ashlar/core'
import { OptionPlace } from '@ashlar/core/options'

import type { Database } from './database.ts'
import { type EmbeddedSettings, WHERE } from './embedded-options.ts'
import { claimFolder } from './folder-lock.ts'
import { syncOne } from './open-session.ts'
import { openInThread } from './thread-database.ts'
import { makeInWorker, openInWorker } from './worker-database.ts'

/**
 * Opens the database in a folder, which is this process's alone until it is closed; makes it where there is none.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_FOLDER_IN_USE`, `ERR_PACKAGE_MISSING`
 * @throws UnavailableError
 */
export async function openDatabase(settings: EmbeddedSettings): Promise<Database> {
  if (settings.folder === false) return openFiles(settings, undefined)
  const folder = resolve(settings.folder)
  const release = await claim(folder)
  try {
    const files = join(folder, 'pgdata')
    if (!existsSync(files)) await make(files)
    const database = await openFiles(settings, files)
    return {
      stream: () => database.stream(),
      close: () => database.close().finally(release),
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function claim(folder: string): Promise<() => Promise<void>> {
  const at = new OptionPlace(WHERE, 'folder')
  const claimed = await (async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return claimFolder(folder)
  })().catch((cause: Error) => {
    const { where, option } = at
    const message = `${WHERE}: "folder" ${folder} can’t be used. ${cause.message}`
    throw new ConfigurationError('ERR_OPTION_INVALID', message, { where, option, cause })
  })
  if ('release' in claimed) return claimed.release
  throw failure('ERR_FOLDER_IN_USE', `"folder" ${folder} is in use by ${claimed.heldBy}.`)
}

/** Whole or not at all: whoever is killed meanwhile leaves what the next one begins anew. */
async function make(files: string): Promise<void> {
  const draft = `${files}.new`
  rmSync(draft, { recursive: true, force: true })
  await asked('could not be made', () => makeInWorker(draft))
  renameSync(draft, files)
  syncOne(join(files, '..'))
}

function openFiles(
  { worker, durable, timeout, onError }: EmbeddedSettings,
  files: string | undefined,
): Promise<Database> {
  const settings = { folder: files, durable, timeout, onError }
  const what = files === undefined ? 'in memory' : `in ${files}${versionOf(files)}`
  return asked(`${what} could not be opened`, () => (worker ? openInWorker : openInThread)(settings))
}

async function asked<Result>(failed: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const { message } = cause as Error
    if (/Cannot find (?:package|module) '@electric-sql\/pglite/.test(message)) {
      throw failure(
        'ERR_PACKAGE_MISSING',
        'it needs the package @electric-sql/pglite. Run npm install @electric-sql/pglite.',
      )
    }
    throw new UnavailableError(`${WHERE}: the database ${failed}. ${message}`, { cause })
  }
}

/** Files of one major version of PostgreSQL can't be opened by another. */
function versionOf(files: string): string {
  try {
    return ` (of PostgreSQL ${readFileSync(join(files, 'PG_VERSION'), 'utf8').trim()})`
  } catch {
    return ' (without PG_VERSION)'
  }
}

function failure(code: ErrorCode, says: string): ConfigurationError {
  return new ConfigurationError(code, `${WHERE}: ${says}`, { where: WHERE })
}
