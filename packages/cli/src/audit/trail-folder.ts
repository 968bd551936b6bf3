import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { fileSubjectKeys, type SubjectKeys } from '@ashlar/core/keys'

import { UsageError } from '../command.ts'

/** A folder that holds a trail: of one that holds none, nothing could be said, and nothing found would be no answer. */
export async function trailFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${folder} can't be read: ${error.code ?? error.message}.`)
  })
  if (names.some((name) => /^writer-\d+$/.test(name))) return folder
  throw new UsageError(`There is no audit trail in ${folder}.`)
}

/** The keys of data subjects that an app has made; a misspelt folder is not made into an empty store. */
export async function subjectKeysIn(folder: string): Promise<SubjectKeys> {
  await access(join(folder, 'pepper')).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`There are no keys of data subjects in ${folder}: ${error.code ?? error.message}.`)
  })
  return fileSubjectKeys(folder)
}
