import type { Principal } from '@ashlar/core'
import { OptionPlace } from '@ashlar/core/options'
import { type BoundedMap, boundedMap } from '@ashlar/core/time'

import { own } from '../own.ts'
import type { UserSlots } from '../policies/attributes.ts'
import { Grants } from './grants.ts'
import { readPermission } from './permission.ts'
import type { RoleGraph } from './role-graph.ts'
import { activeRoles, type ReadSeparation } from './separation.ts'

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

/** What a set of roles and scopes comes to. */
interface RoleSet {
  readonly grants: Grants
  /** The roles that count, with all that they inherit. */
  readonly roles: readonly string[]
  readonly weight: number
}

/** How many different sets of roles are remembered, and how many characters their names may have. */
const MAX_SETS = 10_000
const MAX_CHARACTERS = 10_000_000

/** Prepares what a principal's roles grant, once for each set of roles, and its attributes, once for each principal. */
export class Subjects {
  readonly #graph: RoleGraph
  readonly #scopes: ScopeMeaning
  readonly #separations: readonly ReadSeparation[]
  readonly #slots: UserSlots
  /** Only principals that can't change any more. */
  readonly #known = new WeakMap<Principal, Subject>()
  readonly #sets: BoundedMap<string, RoleSet> = boundedMap(MAX_SETS, {
    max: MAX_CHARACTERS,
    of: ({ weight }) => weight,
  })

  constructor(graph: RoleGraph, scopes: ScopeMeaning, separations: readonly ReadSeparation[], slots: UserSlots) {
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
    const { grants, roles } = this.#setOf(principal)
    return { grants, user: this.#slots.valuesOf(principal, roles, loaded) }
  }

  /** The roles of a principal that are known and not withheld, without what they inherit. */
  rolesOf(principal: Principal): readonly string[] {
    return activeRoles(textsOf(own(principal, 'roles')), this.#graph, this.#separations)
  }

  #prepare(principal: Principal): Subject {
    if (typeof principal !== 'object' || principal === null) {
      throw new OptionPlace('accessControl()', 'principal').invalid('who is calling: the first argument', principal)
    }
    const { grants, roles } = this.#setOf(principal)
    const subject: Subject = { grants, user: this.#slots.valuesOf(principal, roles) }
    const read = [principal, own(principal, 'roles'), own(principal, 'scopes'), ...this.#slots.readFrom(principal)]
    if (read.every(isSettled)) this.#known.set(principal, subject)
    return subject
  }

  #setOf(principal: Principal): RoleSet {
    const names = textsOf(own(principal, 'roles'))
    const scopes = this.#scopes === 'ignore' ? [] : textsOf(own(principal, 'scopes'))
    const key = JSON.stringify([names, scopes])
    const known = this.#sets.get(key)
    if (known) return known
    const roles = Object.freeze([...this.#graph.reach(activeRoles(names, this.#graph, this.#separations))])
    const set: RoleSet = { grants: new Grants(this.#permissions(roles, scopes)), roles, weight: key.length }
    this.#sets.set(key, set)
    return set
  }

  #permissions(roles: readonly string[], scopes: readonly string[]): readonly string[] {
    const ofRoles = roles.flatMap((name) => this.#graph.permissionsOf(name))
    const ofScopes = scopes.filter((scope) => readPermission(scope) !== undefined)
    if (this.#scopes === 'grant') return [...ofRoles, ...ofScopes]
    if (this.#scopes === 'limit') {
      const granted = new Grants(ofRoles)
      return ofScopes.filter((scope) => granted.allows(readPermission(scope)!))
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
