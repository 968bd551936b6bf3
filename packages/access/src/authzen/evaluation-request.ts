import type { Principal } from '@ashlar/core'

import { own } from '../own.ts'
import { textsOf } from '../roles/subjects.ts'

/** A subject or a resource (AuthZEN Authorization API 1.0 §5). */
export interface Entity {
  readonly type: string
  readonly id: string
  readonly properties?: Readonly<Record<string, unknown>>
}

/** One question. */
export interface Evaluation {
  readonly subject: Entity
  readonly action: { readonly name: string }
  readonly resource: Entity
  readonly context?: object
}

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param idNeeded a search leaves out the id of what it searches */
export function readEntity(value: unknown, idNeeded = true): Entity | undefined {
  if (!isObject(value)) return undefined
  const [type, id, properties] = [own(value, 'type'), own(value, 'id'), own(value, 'properties')]
  if (typeof type !== 'string' || (idNeeded ? typeof id !== 'string' : id !== undefined && typeof id !== 'string'))
    return undefined
  if (properties !== undefined && !isObject(properties)) return undefined
  return { type, id: (id as string | undefined) ?? '', ...(properties !== undefined && { properties }) }
}

export function readAction(value: unknown): Evaluation['action'] | undefined {
  if (!isObject(value)) return undefined
  const name = own(value, 'name')
  return typeof name === 'string' ? { name } : undefined
}

/** @param defaults members that an evaluation of several leaves out (§7.1.1) */
export function readEvaluation(value: unknown, defaults: object = {}): Evaluation | undefined {
  if (!isObject(value)) return undefined
  const member = (name: string): unknown => own(value, name) ?? own(defaults, name)
  const subject = readEntity(member('subject'))
  const resource = readEntity(member('resource'))
  const action = readAction(member('action'))
  const context = member('context')
  if (!subject || !resource || !action || (context !== undefined && !isObject(context))) return undefined
  return { subject, resource, action, ...(context !== undefined && { context: environmentOf(context) }) }
}

/** A resource as policies read it: its properties, its type and its id. */
export function resourceOf({ type, id, properties }: Entity): object {
  return { ...properties, type, id }
}

/** What a trusted enforcement point says of a subject: `roles` and `scopes` among its properties, the rest are claims. */
export function principalOf({ id, properties = {} }: Entity): Principal {
  return {
    kind: 'custom',
    subject: id,
    roles: textsOf(own(properties, 'roles')),
    scopes: textsOf(own(properties, 'scopes')),
    claims: properties,
  }
}

/** JSON has no dates: `time` is ISO 8601. */
function environmentOf(context: Readonly<Record<string, unknown>>): object {
  const time = own(context, 'time')
  return typeof time === 'string' ? { ...context, time: Date.parse(time) } : context
}
