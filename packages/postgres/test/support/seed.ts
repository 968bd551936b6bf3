import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { embeddedPostgres } from '../../src/index.ts'

const { resolve } = createRequire(import.meta.url)
const version = /@electric-sql\+pglite@([\w.-]+)/.exec(resolve('@electric-sql/pglite'))?.[1] ?? 'unknown'
const SEED = fileURLToPath(new URL(`../../node_modules/.cache/pglite-${version}`, import.meta.url))

/** A folder with a new database. Making one takes seconds, so all that tests have are copies of one. */
export async function seededFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  if (!existsSync(SEED)) await makeSeed()
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-embedded-'))
  cpSync(SEED, folder, { recursive: true })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function makeSeed(): Promise<void> {
  mkdirSync(dirname(SEED), { recursive: true })
  const draft = `${SEED}-${process.pid}`
  await (await embeddedPostgres({ folder: draft })).close()
  try {
    renameSync(draft, SEED)
  } catch {
    // Another process has made it meanwhile.
    rmSync(draft, { recursive: true, force: true })
  }
}
