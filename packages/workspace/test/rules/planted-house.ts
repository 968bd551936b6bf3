import { House } from '../../src/house/house.ts'
import { HousePackage } from '../../src/house/house-package.ts'
import type { Rule } from '../../src/rules/rule.ts'
import type { Manifest } from '../../src/workspace-package.ts'

type Texts = Readonly<Record<string, string>>

/** Packages of texts. Each file directly in src/ is an entry, index.ts the first. */
export function plantedHouse(packages: Readonly<Record<string, Texts>>, manifests: Record<string, object> = {}): House {
  return new House(
    Object.entries(packages).map(([id, texts]) => {
      const entries = Object.keys(texts).filter((path) => /^src\/[^/]+\.ts$/.test(path))
      const exports = Object.fromEntries(
        entries.map((path) => [path.replace('src', '.').replace(/\.ts$/, '').replace('./index', '.'), `./${path}`]),
      )
      const manifest: Manifest = { name: `@ashlar/${id}`, version: '1.0.0', exports, ...manifests[id] }
      return new HousePackage(id, manifest, new Map(Object.entries(texts)))
    }),
  )
}

/** What a rule says of the first package: `src/a.ts:1 says`. */
export function faults(rule: Rule, house: House): readonly string[] {
  const [home] = house.packages
  return rule
    .check(home!, house)
    .map(({ file, line, says }) => `${file}${line === undefined ? '' : `:${line}`} ${says}`)
}
