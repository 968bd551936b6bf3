import type { Principal } from '@ashlar/core'

import { own } from '../own.ts'
import type { UserSlots } from '../policies/attributes.ts'
import { Grants } from './grants.ts'
import { readPermission } from './permission.ts'
import type { RoleGraph } from './role-graph.ts'
import { activeRoles, type Separation } from './separation.ts'

/**
 * What a principal's scopes mean: nothing (`ignore`), permissions beside those of its roles (`grant`), or the most that
 * its roles may be used for (`limit`). Scopes that have not the form `resource:action` never mean anything.
 */
export type ScopeMeaning = 'ignore' | 'grant' | 'limit'

/** A principal made ready to be asked about. */
export interface Subject {
  readonly grants: Grants
  /** The attributes that policies read, by slot. */
  readonly user: readonly unknown[]
}

/** How many different sets of roles are remembered. */
const MAX_SETS = 10_000

/** Prepares what a principal's roles grant, once for each set of roles, and its attributes, once for each principal. */
export class Subjects {
  readonly #graph: RoleGraph
  readonly #scopes: ScopeMeaning
  readonly #separations: readonly Separation[]
  readonly #slots: UserSlots
  /** Only principals that can't change any more. */
  readonly #known = new WeakMap<Principal, Subject>()
  readonly #bySet = new Map<string, Grants>()

  constructor(graph: RoleGraph, scopes: ScopeMeaning, separations: readonly Separation[], slots: UserSlots) {
    this.#graph = graph
    this.#scopes = scopes
    this.#separations = separations
    this.#slots = slots
  }

  of(principal: Principal): Subject {
    return this.#known.get(principal) ?? this.#prepare(principal)
  }

  /** With attributes that were fetched beside the credential, by name. */
  with(principal: Principal, loaded: ReadonlyMap<string, unknown>): Subject {
    return { grants: this.of(principal).grants, user: this.#slots.valuesOf(principal, loaded) }
  }

  /** The roles of a principal that are known and not withheld, without what they inherit. */
  rolesOf(principal: Principal): readonly string[] {
    return activeRoles(textsOf(own(principal, 'roles')), this.#graph, this.#separations)
  }

  #prepare(principal: Principal): Subject {
    const roles = own(principal, 'roles')
    const scopes = own(principal, 'scopes')
    const grants = this.#grants(textsOf(roles), this.#scopes === 'ignore' ? [] : textsOf(scopes))
    const subject: Subject = { grants, user: this.#slots.valuesOf(principal) }
    const claims = own(principal, 'claims')
    const settled = [principal, roles, scopes, claims, ...subject.user].every((value) => isSettled(value))
    if (settled) this.#known.set(principal, subject)
    return subject
  }

  #grants(names: readonly string[], scopes: readonly string[]): Grants {
    const key = JSON.stringify([names, scopes])
    const known = this.#bySet.get(key)
    if (known) return known
    const grants = new Grants(this.#permissions(names, scopes))
    if (this.#bySet.size >= MAX_SETS) this.#bySet.delete(this.#bySet.keys().next().value!)
    this.#bySet.set(key, grants)
    return grants
  }

  #permissions(names: readonly string[], scopes: readonly string[]): readonly string[] {
    const active = activeRoles(names, this.#graph, this.#separations)
    const ofRoles = [...this.#graph.reach(active)].flatMap((name) => this.#graph.permissionsOf(name))
    const ofScopes = scopes.filter((scope) => readPermission(scope) !== undefined)
    if (this.#scopes === 'grant') return [...ofRoles, ...ofScopes]
    if (this.#scopes === 'limit') {
      const roles = new Grants(ofRoles)
      return ofScopes.filter((scope) => roles.allows(readPermission(scope)!))
    }
    return ofRoles
  }
}

/** Frozen as far as it was read: a principal whose attributes can still change is read each time. */
function isSettled(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.isFrozen(value)
}

/** The texts among the own elements of a list; a token may hold anything. */
export function textsOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return []
  const texts: string[] = []
  for (let index = 0; index < list.length; index++) {
    if (!Object.hasOwn(list, index)) continue
    const item: unknown = list[index]
    if (typeof item === 'string') texts.push(item)
  }
  return texts
}
