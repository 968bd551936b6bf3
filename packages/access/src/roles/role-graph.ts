import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, nearestName } from '@ashlar/core/options'

import { own, ownList } from '../own.ts'
import { checkGranted } from './permission.ts'

/** What a role may do, by itself and through the roles that it inherits. */
export interface RoleDefinition {
  /** `orders:read`, `orders:*`, `*:read`, `*:*`. Default none. */
  readonly permissions?: readonly string[]
  /** Roles whose permissions it has as well. Default none. */
  readonly inherits?: readonly string[]
}

export type RoleDefinitions = Readonly<Record<string, RoleDefinition>>

interface Role {
  readonly permissions: readonly string[]
  readonly inherits: readonly string[]
}

/** The checked roles: every name is known, every permission well formed, and no role inherits itself. */
export class RoleGraph {
  readonly #roles: ReadonlyMap<string, Role>

  /** @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN` */
  constructor(where: string, definitions: RoleDefinitions) {
    if (typeof definitions !== 'object' || definitions === null || Array.isArray(definitions)) {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "roles" is an object of roles by name.`)
    }
    const roles = new Map<string, Role>()
    for (const name of Object.keys(definitions))
      roles.set(name, readRole(`${where}: roles.${name}`, definitions[name]!))
    this.#roles = roles
    for (const [name, { inherits }] of roles) this.#checkInherited(where, name, inherits)
    this.#checkCycles(where)
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

  /** Everything that any role grants by itself. */
  get granted(): ReadonlySet<string> {
    return new Set([...this.#roles.values()].flatMap(({ permissions }) => permissions))
  }

  #checkInherited(where: string, name: string, inherits: readonly string[]): void {
    for (const parent of inherits) {
      if (this.#roles.has(parent)) continue
      const nearest = nearestName(parent, this.names)
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: roles.${name}.inherits: there is no role ${JSON.stringify(parent)}. ${nearest ? `Did you mean "${nearest}"?` : `Known are: ${this.names.slice(0, 20).join(', ')}.`}`,
      )
    }
  }

  /** Depth first without recursion, so that a very deep inheritance is no stack overflow. */
  #checkCycles(where: string): void {
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
          throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: roles inherit in a circle: ${cycle}.`)
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

function readRole(where: string, definition: RoleDefinition): Role {
  checkOptionNames(where, definition, ['permissions', 'inherits'])
  const permissions = ownList(where, definition, 'permissions')
  for (const [index, permission] of permissions.entries()) checkGranted(`${where}.permissions[${index}]`, permission)
  const inherits = ownList(where, definition, 'inherits')
  if (own(definition, 'permissions') === undefined && own(definition, 'inherits') === undefined) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: a role has "permissions" or "inherits".`)
  }
  return { permissions: [...permissions], inherits: [...inherits] }
}
