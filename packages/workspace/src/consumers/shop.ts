import { existsSync, realpathSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { succeed } from '../command.ts'
import { ROOT } from '../workspace-package.ts'

/** What consumers bring, and how their apps are written. */
export const CONSUMERS: string = `${ROOT}packages/workspace/consumers/`

/** What the packages need at run time and for their types, whatever the app. */
const FOR_ALL = ['cockatiel', 'helmet', 'zod', 'winston', 'pg', 'ioredis', 'redis', '@types/node', '@types/pg']

/**
 * Lays the packed packages out in `folder`, as an installation of them has them: real files below `node_modules`, with what
 * they need beside them. Everything that is in a folder below finds them there.
 */
export async function layOut(folder: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, tarball] of tarballs) {
    const home = join(folder, 'node_modules', name)
    await mkdir(home, { recursive: true })
    await succeed('tar', ['xzf', tarball, '-C', home, '--strip-components=1'])
  }
  await bring(
    folder,
    FOR_ALL.map((name) => [name, name]),
  )
}

/** Gives a folder programs of others, each under the name that it is known by: `['express', 'express-v4']`. */
export async function bring(
  folder: string,
  programs: readonly (readonly [as: string, locked: string])[],
): Promise<void> {
  for (const [as, locked] of programs) {
    const link = join(folder, 'node_modules', as)
    await mkdir(dirname(link), { recursive: true })
    await symlink(locate(locked), link)
  }
}

/** A folder for one app. */
export async function appFolder(home: string, name: string, type: 'commonjs' | 'module'): Promise<string> {
  const folder = join(home, name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }))
  return folder
}

/** Where a locked program is. */
export function locate(locked: string): string {
  return realpathSync(`${CONSUMERS}node_modules/${locked}`)
}

/** The Node of a major version: the one that runs here, or a locked one. Undefined where this machine has none. */
export function nodeOf(major: string): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const binary = `${CONSUMERS}node_modules/node-v${major}/bin/node`
  return existsSync(binary) ? binary : undefined
}
