import {
  group,
  listOf,
  nearestName,
  OptionPlace,
  type OptionReader,
  type OptionTable,
  optional,
  recordOf,
  text,
} from '@ashlar/core/options'

import { Grants } from './grants.ts'
import { grantedPermission } from './permission.ts'

/** What a role may do, by itself and through the roles that it inherits. */
export interface RoleDefinition {
  /** `orders:read`, `orders:*`, `*:read`, `*:*`. Default none. */
  readonly permissions?: readonly string[]
  /** Roles whose permissions it has as well. Default none. */
  readonly inherits?: readonly string[]
}

export type RoleDefinitions = Readonly<Record<string, RoleDefinition>>

/** A role whose options are read. */
export interface Role {
  readonly permissions: readonly string[]
  readonly inherits: readonly string[]
}

/** More roles, or more entries of one, than this are a mistake or an attack. */
const MANY = 1_000_000

const members = group({
  permissions: optional(listOf(grantedPermission, { min: 0, max: MANY })),
  inherits: optional(listOf(text({ quote: true }), { min: 0, max: MANY })),
} satisfies OptionTable<RoleDefinition>)

const role: OptionReader<Role> = (value, at) => {
  const { permissions, inherits } = members(value, at)
  if (permissions === undefined && inherits === undefined) throw at.invalid('a role with "permissions" or "inherits"')
  return { permissions: permissions ?? [], inherits: inherits ?? [] }
}

/** The option `roles`; what a role names is checked by the graph of them. */
export const roleDefinitions: OptionReader<Readonly<Record<string, Role>>> = recordOf(role, { min: 0, max: MANY })

/** The checked roles: every name is known, and no role inherits itself. */
export class RoleGraph {
  readonly #roles: ReadonlyMap<string, Role>
  /** Everything that any role grants by itself. */
  readonly granted: ReadonlySet<string>
  /** The same, ready to be asked. */
  readonly grants: Grants

  /** @throws ConfigurationError `ERR_OPTION_INVALID` */
  constructor(where: string, definitions: Readonly<Record<string, Role>>) {
    const roles = new Map(Object.entries(definitions))
    this.#roles = roles
    this.granted = new Set([...roles.values()].flatMap(({ permissions }) => permissions))
    this.grants = new Grants(this.granted)
    const at = new OptionPlace(where, 'roles')
    for (const [name, { inherits }] of roles) this.#checkInherited(at.in(name).in('inherits'), inherits)
    this.#checkCycles(at)
  }

  get names(): readonly string[] {
    return [...this.#roles.keys()]
  }

  has(name: string): boolean {
    return this.#roles.has(name)
  }

  /** What a role grants by itself. */
  permissionsOf(name: string): readonly string[] {
    return this.#roles.get(name)?.permissions ?? []
  }

  /** The roles that a role inherits directly. */
  inheritedBy(name: string): readonly string[] {
    return this.#roles.get(name)?.inherits ?? []
  }

  /** The given roles and all that they inherit. Roles that are not known are left out. */
  reach(names: Iterable<string>): ReadonlySet<string> {
    const reached = new Set<string>()
    const waiting = [...names]
    while (waiting.length > 0) {
      const name = waiting.pop()!
      const role = this.#roles.get(name)
      if (!role || reached.has(name)) continue
      reached.add(name)
      for (const parent of role.inherits) waiting.push(parent)
    }
    return reached
  }

  /** What to say beside the name of a role that is not there. */
  hint(name: string): string {
    const nearest = nearestName(name.slice(0, 64), this.#roles.keys())
    return nearest ? `Did you mean "${nearest}"?` : `Known are: ${this.names.slice(0, 20).join(', ')}.`
  }

  #checkInherited(at: OptionPlace, inherits: readonly string[]): void {
    for (const [index, parent] of inherits.entries()) {
      if (this.#roles.has(parent)) continue
      throw at.in(index).invalid(`the name of a role, not ${JSON.stringify(parent)}`, undefined, this.hint(parent))
    }
  }

  /** Depth first without recursion, so that a very deep inheritance is no stack overflow. */
  #checkCycles(at: OptionPlace): void {
    const done = new Set<string>()
    for (const start of this.#roles.keys()) {
      const path: string[] = []
      const onPath = new Set<string>()
      const waiting: { readonly name: string; readonly leave?: true }[] = [{ name: start }]
      while (waiting.length > 0) {
        const { name, leave } = waiting.pop()!
        if (leave) {
          onPath.delete(name)
          path.pop()
          done.add(name)
          continue
        }
        if (onPath.has(name)) {
          const cycle = [...path.slice(path.indexOf(name)), name].join(' → ')
          throw at.invalid(`without a circle of roles that inherit one another, not ${cycle}`)
        }
        if (done.has(name)) continue
        onPath.add(name)
        path.push(name)
        waiting.push({ name, leave: true })
        for (const parent of this.#roles.get(name)!.inherits) waiting.push({ name: parent })
      }
    }
  }
}
