import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { own, ownList } from '../own.ts'
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

/** @throws ConfigurationError `ERR_OPTION_INVALID`, also where one role inherits too many of them */
export function readSeparations(where: string, value: unknown, graph: RoleGraph): readonly Separation[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "separation" is a list.`)
  return value.map((item: Separation, index) => {
    const at = `${where}: separation[${index}]`
    checkOptionNames(at, item, ['kind', 'roles', 'max'])
    const kind = own(item, 'kind')
    const roles = ownList(at, item, 'roles')
    const max = own(item, 'max') ?? 1
    const unknown = roles.find((role) => !graph.has(role))
    const problem =
      kind !== 'static' && kind !== 'dynamic'
        ? '"kind" is "static" or "dynamic".'
        : unknown !== undefined
          ? `there is no role ${JSON.stringify(unknown)}.`
          : !Number.isInteger(max) || (max as number) < 1 || (max as number) >= new Set(roles).size
            ? '"max" is a whole number from 1, and less than the number of roles.'
            : undefined
    if (problem) throw new ConfigurationError('ERR_OPTION_INVALID', `${at}: ${problem}`)
    const separation: Separation = Object.freeze({
      kind: kind as Separation['kind'],
      roles: [...roles],
      max: max as number,
    })
    for (const name of graph.names) {
      const held = heldOf(graph.reach([name]), separation)
      if (held.length > (max as number)) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          `${at}: the role "${name}" has ${held.join(' and ')} at once.`,
        )
      }
    }
    return separation
  })
}

/** The separations that a set of roles breaks. */
export function broken(
  names: readonly string[],
  graph: RoleGraph,
  separations: readonly Separation[],
): readonly Separation[] {
  const reached = graph.reach(names)
  return separations.filter((separation) => heldOf(reached, separation).length > (separation.max ?? 1))
}

/** The roles that count: those that are known, without those that a broken separation withholds. */
export function activeRoles(
  names: readonly string[],
  graph: RoleGraph,
  separations: readonly Separation[],
): readonly string[] {
  const known = names.filter((name) => graph.has(name))
  if (separations.length === 0) return known
  const withheld = new Set(broken(known, graph, separations).flatMap(({ roles }) => roles))
  if (withheld.size === 0) return known
  return known.filter((name) => ![...graph.reach([name])].some((role) => withheld.has(role)))
}

function heldOf(reached: ReadonlySet<string>, { roles }: Separation): readonly string[] {
  return roles.filter((role) => reached.has(role))
}
