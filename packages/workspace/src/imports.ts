import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'

/** `from` at the end of a statement that begins a line, so that a string which says "from" is none; and `import(…)`. */
const SPECIFIER = /^(?:import|export|\}).*?\bfrom\s*['"]([^'"]+)['"]|(?:^import\s*|\bimport\(\s*)['"]([^'"]+)['"]/gm

/** The packages that the sources of a package import, by name and with where; neither node's own nor its own files. */
export function importedPackages(folder: string): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, string[]>()
  for (const file of readdirSync(`${folder}/src`, { recursive: true }).map(String)) {
    if (!file.endsWith('.ts')) continue
    for (const [, first, second] of readFileSync(`${folder}/src/${file}`, 'utf8').matchAll(SPECIFIER)) {
      const specifier = (first ?? second)!
      if (specifier.startsWith('.') || isBuiltin(specifier)) continue
      const name = packageOf(specifier)
      imports.set(name, [...(imports.get(name) ?? []), file])
    }
  }
  return imports
}

/** `@scope/name/path` and `name/path` without the path. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
