import type { Principal } from '@ashlar/core'
import { type OptionReader, recordOf } from '@ashlar/core/options'

import { own } from '../own.ts'
import type { Inquiry } from './inquiry.ts'
import { comparable, isStorable, type ValueType, valueType } from './value-type.ts'

export type Root = 'user' | 'resource' | 'environment'

export interface Attribute {
  /** `user.department` */
  readonly name: string
  readonly root: Root
  /** What follows the root: `['department']`. */
  readonly path: readonly string[]
  /** `undefined` where nobody has said what it holds. */
  readonly type: ValueType | undefined
}

const FORM = /^(user|resource|environment)((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)$/
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const MAX_SEGMENTS = 8

/** What is known of every caller and every request. Everything else of a user is a claim of its credential. */
const BUILT_IN: Readonly<Record<string, ValueType>> = {
  'user.id': { kind: 'text' },
  'user.subject': { kind: 'text' },
  'user.issuer': { kind: 'text' },
  'user.kind': { kind: 'text' },
  'user.tier': { kind: 'text' },
  'user.roles': { kind: 'texts' },
  'user.scopes': { kind: 'texts' },
  'environment.time': { kind: 'instant' },
  'environment.ip_address': { kind: 'address' },
  'environment.device_type': { kind: 'text' },
}

const OF_PRINCIPAL: Readonly<Record<string, string>> = {
  id: 'subject',
  subject: 'subject',
  issuer: 'issuer',
  kind: 'kind',
  tier: 'tier',
  scopes: 'scopes',
}

/** Whether a bare text in a policy looks like an attribute's name. */
export function looksLikeReference(text: string): boolean {
  return /^(?:user|resource|environment)\./.test(text)
}

/** Whether an attribute of the user is the principal's own, and so nothing that a loader gives. */
export function isPrincipals(name: string): boolean {
  return name.startsWith('user.') && Object.hasOwn(BUILT_IN, name)
}

/** The attributes that policies may speak of. */
export class Attributes {
  readonly #types: ReadonlyMap<string, ValueType>

  /** @param declared beside the built-in ones */
  constructor(declared: Readonly<Record<string, ValueType>> = {}) {
    this.#types = new Map([...Object.entries(BUILT_IN), ...Object.entries(declared)])
  }

  get names(): readonly string[] {
    return [...this.#types.keys()]
  }

  /** @returns the attribute, or what is wrong with its name */
  find(name: string): Attribute | string {
    const wrong = wrongName(name)
    if (wrong) return wrong
    const [root, ...path] = name.split('.')
    return { name, root: root as Root, path, type: this.#types.get(name) }
  }
}

const types = recordOf(valueType, { min: 0 })

/** The option `attributes`: types by name. */
export const attributeTypes: OptionReader<Attributes> = (value, at) => {
  if (value === undefined) return new Attributes()
  const declared = types(value, at)
  for (const name of Object.keys(declared)) {
    const wrong = wrongName(name) ?? (Object.hasOwn(BUILT_IN, name) ? 'this attribute is built in.' : undefined)
    if (wrong) throw at.in(name).invalid(`under the name of an attribute: ${wrong.replace(/\.$/, '')}`)
  }
  return new Attributes(declared)
}

function wrongName(name: string): string | undefined {
  if (!FORM.test(name)) return 'an attribute is named "user.…", "resource.…" or "environment.…".'
  const segments = name.split('.')
  if (segments.length > MAX_SEGMENTS + 1) return `an attribute has at most ${MAX_SEGMENTS} segments.`
  const forbidden = segments.find((segment) => FORBIDDEN.has(segment))
  return forbidden === undefined ? undefined : `"${forbidden}" can't be part of an attribute's name.`
}

/** The raw value of a user's attribute: of the principal itself, or a claim. The roles are those that count. */
function userValue(principal: Principal, path: readonly string[], roles: readonly string[]): unknown {
  const [first = ''] = path
  if (path.length === 1 && first === 'roles') return roles
  if (path.length === 1 && Object.hasOwn(OF_PRINCIPAL, first)) return own(principal, OF_PRINCIPAL[first]!)
  return readPath(own(principal, 'claims'), path)
}

export function readPath(object: unknown, path: readonly string[]): unknown {
  let value = object
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = own(value, segment)
  }
  return value
}

/** Hands out a slot for each user attribute that policies read, so that it is read once for each principal. */
export class UserSlots {
  readonly #slots: { readonly attribute: Attribute; readonly type: ValueType | undefined }[] = []

  /** @param type `undefined`: the raw value is kept */
  slot(attribute: Attribute, type: ValueType | undefined): number {
    const same = (other: ValueType | undefined): boolean =>
      other?.kind === type?.kind && JSON.stringify(other?.levels) === JSON.stringify(type?.levels)
    const known = this.#slots.findIndex((slot) => slot.attribute.name === attribute.name && same(slot.type))
    return known === -1 ? this.#slots.push({ attribute, type }) - 1 : known
  }

  /**
   * Every value of a principal, by slot.
   * @param roles those that count, with all that they inherit
   * @param loaded what was fetched beside the credential, by name
   */
  valuesOf(principal: Principal, roles: readonly string[], loaded?: ReadonlyMap<string, unknown>): readonly unknown[] {
    return this.#slots.map(({ attribute, type }) => {
      const raw = loaded?.has(attribute.name) ? loaded.get(attribute.name) : userValue(principal, attribute.path, roles)
      const value = type ? comparable(type, raw) : raw
      return typeof value === 'string' && !isStorable(value) ? undefined : value
    })
  }

  /** All that these values were found in and are, so that somebody can look whether it may still change. */
  readFrom(principal: Principal): readonly unknown[] {
    const claims = own(principal, 'claims')
    return [
      claims,
      ...this.#slots.flatMap(({ attribute: { path } }) =>
        path.map((_, end) => readPath(claims, path.slice(0, end + 1))),
      ),
    ]
  }
}

/** Reads an attribute in the form in which it is compared; `undefined` when it is missing or of another kind. */
export function readerOf(attribute: Attribute, type: ValueType, slots: UserSlots): (inquiry: Inquiry) => unknown {
  const { root, path } = attribute
  if (root === 'user') {
    const slot = slots.slot(attribute, type)
    return (inquiry) => inquiry.user[slot]
  }
  const raw = rawReader(attribute, slots)
  if (root === 'resource' && path.length === 1) {
    const name = path[0]!
    if (type.kind === 'text') {
      return ({ resource }) => {
        const value = ownOf(resource, name)
        return typeof value === 'string' ? value : undefined
      }
    }
    if (type.kind === 'boolean') {
      return ({ resource }) => {
        const value = ownOf(resource, name)
        return typeof value === 'boolean' ? value : undefined
      }
    }
    if (type.kind === 'number') {
      return ({ resource }) => {
        const value = ownOf(resource, name)
        return typeof value === 'number' && value - value === 0 ? value : undefined
      }
    }
  }
  return (inquiry) => comparable(type, raw(inquiry))
}

/** Reads an attribute as it stands. */
export function rawReader(attribute: Attribute, slots: UserSlots): (inquiry: Inquiry) => unknown {
  const { root, path, name } = attribute
  if (root === 'user') {
    const slot = slots.slot(attribute, undefined)
    return (inquiry) => inquiry.user[slot]
  }
  if (root === 'resource') return ({ resource }) => readPath(resource, path)
  if (name === 'environment.time') {
    return ({ environment, now }) =>
      environment && Object.hasOwn(environment, 'time') ? own(environment, 'time') : now
  }
  return ({ environment }) => readPath(environment, path)
}

const hasOwn = Object.prototype.hasOwnProperty

/** An own property of a resource. Called through the intrinsic, which is what the compiler makes fastest. */
export function ownOf(object: object | undefined, name: string): unknown {
  return object !== undefined && hasOwn.call(object, name) ? (object as Record<string, unknown>)[name] : undefined
}
