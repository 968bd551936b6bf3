import type { Principal } from '@ashlar/core'

import { own } from '../own.ts'
import { Grants } from './grants.ts'
import { readPermission } from './permission.ts'
import type { RoleGraph } from './role-graph.ts'

/**
 * What a principal's scopes mean: nothing (`ignore`), permissions beside those of its roles (`grant`), or the most that
 * its roles may be used for (`limit`). Scopes that have not the form `resource:action` never mean anything.
 */
export type ScopeMeaning = 'ignore' | 'grant' | 'limit'

/** How many different sets of roles are remembered. */
const MAX_SETS = 10_000

/** Prepares what a principal's roles grant once for each set of roles. */
export class RoleSets {
  readonly #graph: RoleGraph
  readonly #scopes: ScopeMeaning
  /** Only principals that can't change any more. */
  readonly #byPrincipal = new WeakMap<Principal, Grants>()
  readonly #byRoles = new Map<string, Grants>()

  constructor(graph: RoleGraph, scopes: ScopeMeaning) {
    this.#graph = graph
    this.#scopes = scopes
  }

  of(principal: Principal): Grants {
    return this.#byPrincipal.get(principal) ?? this.#prepare(principal)
  }

  #prepare(principal: Principal): Grants {
    const listed = own(principal, 'roles')
    const scopes = this.#scopes === 'ignore' ? undefined : own(principal, 'scopes')
    const grants = this.forRoles(textsOf(listed), scopes === undefined ? [] : textsOf(scopes))
    if (Object.isFrozen(principal) && Object.isFrozen(listed) && (scopes === undefined || Object.isFrozen(scopes))) {
      this.#byPrincipal.set(principal, grants)
    }
    return grants
  }

  forRoles(names: readonly string[], scopes: readonly string[] = []): Grants {
    const key = JSON.stringify([names, scopes])
    const known = this.#byRoles.get(key)
    if (known) return known
    const grants = new Grants(this.#permissions(names, scopes))
    if (this.#byRoles.size >= MAX_SETS) this.#byRoles.delete(this.#byRoles.keys().next().value!)
    this.#byRoles.set(key, grants)
    return grants
  }

  #permissions(names: readonly string[], scopes: readonly string[]): readonly string[] {
    const ofRoles = [...this.#graph.reach(names)].flatMap((name) => this.#graph.permissionsOf(name))
    const ofScopes = scopes.filter((scope) => readPermission(scope) !== undefined)
    if (this.#scopes === 'grant') return [...ofRoles, ...ofScopes]
    if (this.#scopes === 'limit') {
      const roles = new Grants(ofRoles)
      return ofScopes.filter((scope) => roles.allows(readPermission(scope)!))
    }
    return ofRoles
  }
}

/** The texts among the own elements of a list; a token may hold anything. */
function textsOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return []
  const texts: string[] = []
  for (let index = 0; index < list.length; index++) {
    if (!Object.hasOwn(list, index)) continue
    const item: unknown = list[index]
    if (typeof item === 'string') texts.push(item)
  }
  return texts
}
