import type { House } from '../house/house.ts'
import type { HousePackage } from '../house/house-package.ts'
import { packageOf } from '../house/house-package.ts'
import { ALLOWED_ARROWS, type Allowed } from './allowed-arrows.ts'
import type { Rule, Violation } from './rule.ts'

type Plan = Readonly<Record<string, Allowed>>

const SCOPE = '@ashlar/'
const MANIFEST = 'package.json'

/** The rule for a plan of what may depend on what. */
export function arrowsOf(plan: Plan): Rule {
  return {
    name: 'arrows',
    because:
      'Each layer stands alone: an arrow sideways or up makes two packages one, and a dependency is a door that others ' +
      'open. Both are decided in packages/workspace/src/rules/allowed-arrows.ts.',
    check: (home, house) => [
      ...undeclaredImports(home),
      ...(home.manifest.private ? faultsOfPlan(plan, house) : faultsOfPackage(home, plan[home.id])),
    ],
  }
}

export const arrows: Rule = arrowsOf(ALLOWED_ARROWS)

function undeclaredImports(home: HousePackage): readonly Violation[] {
  const { dependencies, peerDependencies, optionalDependencies, name } = home.manifest
  const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies }
  return [...home.sources.values()].flatMap((file) =>
    file.specifiers.flatMap(({ text, line }) => {
      const target = packageOf(text)
      return target === undefined || target === name || Object.hasOwn(declared, target)
        ? []
        : [{ file: file.path, line, says: `imports ${target}, which its package.json does not name` }]
    }),
  )
}

function faultsOfPackage({ id, manifest }: HousePackage, allowed: Allowed | undefined): readonly Violation[] {
  if (!allowed) return [{ file: MANIFEST, says: 'is not in the list of arrows' }]
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest
  const own = Object.keys({ ...dependencies, ...optionalDependencies })
  const peers = Object.keys(peerDependencies)
  const isOurs = (name: string) => name.startsWith(SCOPE)
  const faults = [
    ...[...own, ...peers]
      .filter((name) => isOurs(name) && !allowed.arrows.includes(name.slice(SCOPE.length)))
      .map((name) => `has an arrow to ${name} that is not allowed`),
    ...own
      .filter((name) => !isOurs(name) && !allowed.dependencies?.includes(name))
      .map((name) => `brings ${name}, which is not allowed`),
    ...peers
      .filter((name) => !isOurs(name) && !allowed.peers?.includes(name))
      .map((name) => `asks the app for ${name}, which is not allowed`),
    ...(id === 'core' || peers.includes(`${SCOPE}core`) ? [] : ['must have core as a peer, so that an app has one']),
    ...(allowed.planned ? ['is planned in the list of arrows, but is there'] : []),
  ]
  return faults.map((says) => ({ file: MANIFEST, says }))
}

/** Told of the package that holds the plan. */
function faultsOfPlan(plan: Plan, house: House): readonly Violation[] {
  const faults = Object.entries(plan).flatMap(([id, { storey, arrows: targets, planned }]) => [
    ...targets
      .filter((target) => !plan[target] || plan[target].storey >= storey)
      .map((target) => `lets ${id} use ${target}, which is not below it`),
    ...(planned || house.packages.some((home) => home.id === id) ? [] : [`names ${id}, which is not there`]),
  ])
  return faults.map((says) => ({ file: 'src/rules/allowed-arrows.ts', says }))
}
