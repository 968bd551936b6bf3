import { ConfigurationError, type Principal } from '@ashlar/core'

import { own } from '../own.ts'
import type { Inquiry } from './inquiry.ts'
import { type AttributeTypes, comparable, isStorable, readValueType, type ValueType } from './value-type.ts'

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
const BUILT_IN: AttributeTypes = {
  'user.id': 'text',
  'user.subject': 'text',
  'user.issuer': 'text',
  'user.kind': 'text',
  'user.tier': 'text',
  'user.roles': 'texts',
  'user.scopes': 'texts',
  'environment.time': 'instant',
  'environment.ip_address': 'address',
  'environment.device_type': 'text',
}

const OF_PRINCIPAL: Readonly<Record<string, string>> = {
  id: 'subject',
  subject: 'subject',
  issuer: 'issuer',
  kind: 'kind',
  tier: 'tier',
  roles: 'roles',
  scopes: 'scopes',
}

/** Whether a bare text in a policy looks like an attribute's name. */
export function looksLikeReference(text: string): boolean {
  return /^(?:user|resource|environment)\./.test(text)
}

/** The attributes that policies may speak of. */
export class Attributes {
  readonly #declared = new Map<string, ValueType>()

  /** @throws ConfigurationError `ERR_OPTION_INVALID` */
  constructor(where: string, declared: AttributeTypes) {
    if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "attributes" is an object of types by name.`)
    }
    for (const source of [BUILT_IN, declared]) {
      for (const name of Object.keys(source)) {
        const at = `${where}: attributes[${JSON.stringify(name)}]`
        const wrong = wrongName(name)
        if (wrong) throw new ConfigurationError('ERR_OPTION_INVALID', `${at}: ${wrong}`)
        if (source === declared && Object.hasOwn(BUILT_IN, name)) {
          throw new ConfigurationError('ERR_OPTION_INVALID', `${at}: this attribute is built in.`)
        }
        this.#declared.set(name, readValueType(at, source[name]!))
      }
    }
  }

  get names(): readonly string[] {
    return [...this.#declared.keys()]
  }

  /** @returns the attribute, or what is wrong with its name */
  find(name: string): Attribute | string {
    const wrong = wrongName(name)
    if (wrong) return wrong
    const [root, ...path] = name.split('.')
    return { name, root: root as Root, path, type: this.#declared.get(name) }
  }
}

function wrongName(name: string): string | undefined {
  if (!FORM.test(name)) return 'an attribute is named "user.…", "resource.…" or "environment.…".'
  const segments = name.split('.')
  if (segments.length > MAX_SEGMENTS + 1) return `an attribute has at most ${MAX_SEGMENTS} segments.`
  const forbidden = segments.find((segment) => FORBIDDEN.has(segment))
  return forbidden === undefined ? undefined : `"${forbidden}" can't be part of an attribute's name.`
}

/** The raw value of a user's attribute: of the principal itself, or a claim. */
export function userValue(principal: Principal, path: readonly string[]): unknown {
  const [first = ''] = path
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

  /** Every value of a principal, by slot. `loaded` holds what was fetched beside the credential, by name. */
  valuesOf(principal: Principal, loaded?: ReadonlyMap<string, unknown>): readonly unknown[] {
    return this.#slots.map(({ attribute, type }) => {
      const raw = loaded?.has(attribute.name) ? loaded.get(attribute.name) : userValue(principal, attribute.path)
      const value = type ? comparable(type, raw) : raw
      return typeof value === 'string' && !isStorable(value) ? undefined : value
    })
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
