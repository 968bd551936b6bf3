import { posix } from 'node:path'

import { type HousePackage, packageOf } from './house-package.ts'
import type { Declared, SourceFile } from './source-file.ts'

export interface Place {
  readonly home: HousePackage
  readonly file: SourceFile
}

/** What a name stands for, and where that is declared. */
export interface Found extends Place {
  readonly name: string
  readonly declared: readonly Declared[]
}

/** All packages, and the way from a name to its declaration, through imports and re-exports. */
export class House {
  readonly packages: readonly HousePackage[]

  constructor(packages: readonly HousePackage[]) {
    this.packages = packages
  }

  /** The file that an import means; nothing when it is not one of ours. */
  locate({ home, file }: Place, specifier: string): Place | undefined {
    if (specifier.startsWith('.')) {
      const found = home.sources.get(posix.join(posix.dirname(file.path), specifier))
      return found && { home, file: found }
    }
    const name = packageOf(specifier)
    const other = this.packages.find(({ manifest }) => manifest.name === name)
    const found = other?.entries.get(specifier.slice(name?.length))
    return other && found && { home: other, file: found }
  }

  /** What a file means by a name. */
  lookUp(place: Place, name: string): Found | undefined {
    const declared = place.file.declarations.get(name)
    if (declared) return { ...place, name, declared }
    const imported = place.file.imports.get(name)
    return imported && this.#elsewhere(place, imported.from, imported.name)
  }

  /** What is behind the name that a file exports. */
  exported(place: Place, name: string): Found | undefined {
    const target = place.file.exports.get(name)
    if (typeof target === 'string') return this.lookUp(place, target)
    if (target) return this.#elsewhere(place, target.from, target.name)
    for (const from of place.file.stars) {
      const found = this.#elsewhere(place, from, name)
      if (found) return found
    }
    return undefined
  }

  /** Everything of its own that a package exports from an entry, each once. */
  exportsOf(home: HousePackage, entries: Iterable<SourceFile> = home.entries.values()): readonly Found[] {
    const found = new Map<readonly Declared[], Found>()
    for (const file of entries) {
      for (const name of this.#exportedNames({ home, file })) {
        const target = this.exported({ home, file }, name)
        if (target?.home === home) found.set(target.declared, target)
      }
    }
    return [...found.values()]
  }

  #elsewhere(place: Place, from: string, name: string): Found | undefined {
    const there = this.locate(place, from)
    return there && this.exported(there, name)
  }

  #exportedNames(place: Place): ReadonlySet<string> {
    const behindStars = place.file.stars.flatMap((from) => {
      const there = this.locate(place, from)
      return there ? [...this.#exportedNames(there)] : []
    })
    return new Set([...place.file.exports.keys(), ...behindStars])
  }
}
