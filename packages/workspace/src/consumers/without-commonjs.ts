import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  readonly import: { readonly types: string; readonly default: string }
}

/** Makes packages that are laid out what they would be with ES modules only, as a check of the checks. */
export function withoutCommonJs(folder: string): void {
  const scope = join(folder, 'node_modules/@ashlar')
  for (const id of readdirSync(scope)) {
    const file = join(scope, id, 'package.json')
    const { main, types, typesVersions, ...manifest } = JSON.parse(readFileSync(file, 'utf8'))
    const exports = Object.entries<string | Entry>(manifest.exports).map(([entry, target]) => [
      entry,
      typeof target === 'string' ? target : { types: target.import.types, default: target.import.default },
    ])
    writeFileSync(file, JSON.stringify({ ...manifest, exports: Object.fromEntries(exports) }))
  }
}
