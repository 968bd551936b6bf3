import { isBuiltin } from 'node:module'

import type { Manifest } from '../workspace-package.ts'
import { SourceFile } from './source-file.ts'

/** A package as the rules see it: what it says of itself and the texts of its files. */
export class HousePackage {
  readonly id: string
  readonly manifest: Manifest
  /** By the path from the package's folder: `README.md`, and everything in `src/` and `test/`. */
  readonly files: ReadonlyMap<string, string>
  #sources: ReadonlyMap<string, SourceFile> | undefined

  constructor(id: string, manifest: Manifest, files: ReadonlyMap<string, string>) {
    this.id = id
    this.manifest = manifest
    this.files = files
  }

  /** The files of `src/`, by the path from the package's folder. */
  get sources(): ReadonlyMap<string, SourceFile> {
    this.#sources ??= new Map(
      [...this.files]
        .filter(([path]) => path.startsWith('src/') && path.endsWith('.ts'))
        .map(([path, text]) => [path, new SourceFile(path, text)]),
    )
    return this.#sources
  }

  get readme(): string {
    return this.files.get('README.md') ?? ''
  }

  /** The source of each entry, by what follows the package's name: '' and '/http'. */
  get entries(): ReadonlyMap<string, SourceFile> {
    const entries = new Map<string, SourceFile>()
    for (const [key, target] of Object.entries(this.manifest.exports ?? {})) {
      const path = typeof target === 'string' ? target : target.source
      const file = this.sources.get((path ?? '').replace('./', ''))
      if (file) entries.set(key.slice(1), file)
    }
    return entries
  }
}

/** `@scope/name/path` and `name/path` without the path; nothing for a file and for a module of node's own. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
