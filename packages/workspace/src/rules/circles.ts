import type { House } from '../house/house.ts'
import type { HousePackage } from '../house/house-package.ts'
import type { Rule, Violation } from './rule.ts'

type Graph = ReadonlyMap<string, readonly string[]>

export const circles: Rule = {
  name: 'circles',
  because:
    'Files that import one another, values or types, can only be read and changed together. Move what both need into a ' +
    'file of its own, below both.',
  check(home, house) {
    const graph = importsWithin(home, house)
    const inCircle = new Set<string>()
    const found: Violation[] = []
    for (const file of graph.keys()) {
      if (inCircle.has(file)) continue
      const circle = shortestCircle(graph, file)
      if (circle === undefined) continue
      for (const member of circle) inCircle.add(member)
      found.push({ file, says: `imports itself: ${[...circle, file].join(' → ')}` })
    }
    return found
  },
}

/** The files of the package that each file imports, also through the package's own name. */
function importsWithin(home: HousePackage, house: House): Graph {
  return new Map(
    [...home.sources.values()].map((file) => [
      file.path,
      file.specifiers.flatMap(({ text }) => {
        const target = house.locate({ home, file }, text)
        return target?.home === home ? [target.file.path] : []
      }),
    ]),
  )
}

/** The way from a file back to it, without the end. */
function shortestCircle(graph: Graph, start: string): readonly string[] | undefined {
  const ways = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of graph.get(way.at(-1)!) ?? []) {
      if (next === start) return way
      if (seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return undefined
}
