import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { readManifest } from './workspace-package.ts'

export interface Size {
  readonly bytes: number
  readonly packages: number
}

/** The bytes of a tarball's files. */
export function unpackedBytes(tarball: string): number {
  const archive = gunzipSync(readFileSync(tarball))
  let bytes = 0
  for (let at = 0; at + 512 <= archive.length; ) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0
    bytes += size
    at += 512 + Math.ceil(size / 512) * 512
  }
  return bytes
}

/** What packages put on a disk with everything that they need, as they are found from `folder`. */
export function installedSize(names: readonly string[], folder: string): Size {
  const homes = new Set<string>()
  const find = (name: string, from: string): void => {
    const home = homeOf(name, from)
    if (home === undefined || homes.has(home)) return
    homes.add(home)
    for (const need of Object.keys(readManifest(home).dependencies ?? {})) find(need, home)
  }
  for (const name of names) find(name, folder)
  return { bytes: [...homes].reduce((sum, home) => sum + folderBytes(home), 0), packages: homes.size }
}

/** Looked for as Node does, since a package need not let its manifest be required. */
function homeOf(name: string, from: string): string | undefined {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  for (const path of paths) {
    try {
      return dirname(realpathSync(join(path, name, 'package.json')))
    } catch {
      // Not here.
    }
  }
  return undefined
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + folderBytes(path)
    return entry.isFile() ? sum + statSync(path).size : sum
  }, 0)
}
