import {
  group,
  listOf,
  OptionPlace,
  type OptionReader,
  type OptionTable,
  oneOf,
  text,
  wholeNumber,
} from '@ashlar/core/options'

import type { RoleGraph } from './role-graph.ts'

/**
 * Roles that must not come together (separation of duty, ANSI INCITS 359).
 * `static`: nobody may hold more than `max` of them. `dynamic`: nobody may use more than `max` of them at a time; the
 * holder chooses with `activate`. Either way, who has more has none of them.
 */
export interface Separation {
  readonly kind: 'static' | 'dynamic'
  readonly roles: readonly string[]
  /** Default 1. */
  readonly max?: number
}

/** A separation whose `max` is known. */
export type ReadSeparation = Required<Separation>

/** The option `separation`; `checkSeparations` looks at the roles. */
export const separations: OptionReader<readonly ReadSeparation[]> = listOf(
  group({
    kind: oneOf(['static', 'dynamic']),
    roles: listOf(text({ quote: true }), { min: 2, unique: true }),
    max: wholeNumber({ min: 1, fallback: 1 }),
  } satisfies OptionTable<Separation>),
  { min: 0 },
)

/** @throws ConfigurationError `ERR_OPTION_INVALID`, also where one role inherits too many of them */
export function checkSeparations(where: string, list: readonly ReadSeparation[], graph: RoleGraph): void {
  for (const [index, separation] of list.entries()) {
    const at = new OptionPlace(where, 'separation').in(index)
    const { roles, max } = separation
    const unknown = roles.findIndex((role) => !graph.has(role))
    if (unknown !== -1) {
      const name = roles[unknown]!
      const says = `the name of a role, not ${JSON.stringify(name)}`
      throw at.in('roles').in(unknown).invalid(says, undefined, graph.hint(name))
    }
    if (max >= roles.length) throw at.in('max').invalid(`less than the number of roles, which is ${roles.length}`)
    for (const name of graph.names) {
      const held = heldOf(graph.reach([name]), separation)
      if (held.length > max) {
        throw at.invalid(`possible to keep, but the role "${name}" has ${held.join(' and ')} at once`)
      }
    }
  }
}

/** The separations that a set of roles breaks. */
export function broken(
  names: readonly string[],
  graph: RoleGraph,
  list: readonly ReadSeparation[],
): readonly ReadSeparation[] {
  const reached = graph.reach(names)
  return list.filter((separation) => heldOf(reached, separation).length > separation.max)
}

/** The roles that count: those that are known, without those that a broken separation withholds. */
export function activeRoles(
  names: readonly string[],
  graph: RoleGraph,
  list: readonly ReadSeparation[],
): readonly string[] {
  const known = names.filter((name) => graph.has(name))
  if (list.length === 0) return known
  const withheld = new Set(broken(known, graph, list).flatMap(({ roles }) => roles))
  if (withheld.size === 0) return known
  return known.filter((name) => ![...graph.reach([name])].some((role) => withheld.has(role)))
}

function heldOf(reached: ReadonlySet<string>, { roles }: ReadSeparation): readonly string[] {
  return roles.filter((role) => reached.has(role))
}
