import { parse } from 'node:querystring'

import { AshlarError } from '../errors.ts'

/** What a parameter is: a text, several, or members, where the app's own parser makes such of brackets in a name. */
export type QueryValue = string | number | boolean | null | readonly QueryValue[] | QueryMembers
export interface QueryMembers {
  readonly [name: string]: QueryValue
}

export type Query = Readonly<Record<string, QueryValue>>

/** Makes an object of a query string without its question mark, as Express's `query parser fn` does. */
export type QueryParser = (search: string) => unknown

/** What an app has made of a query. */
export type AppQuery = Readonly<Record<string, unknown>>

/** More parameters than this are no honest query. Parsers drop what comes after. */
export const MAX_PARAMETERS = 1000
/** A parser makes no more levels of a query than a caller can write in a target. */
const MAX_DEPTH = 64
const EMPTY: Query = Object.freeze(Object.create(null) as Query)

/**
 * The query as the app reads it, immutable and without prototypes.
 * @param search with its question mark
 * @param app what the app has made of it, or will; `undefined` for an app that reads none: names are then flat, so that
 * `a=1&b=2&b=3` is `{ a: '1', b: ['2', '3'] }` and brackets are part of a name
 */
export function readQuery(search: string, app?: QueryParser | AppQuery): Query {
  if (typeof app === 'object') return copyOf(app)
  if (search.length <= 1) return EMPTY
  return app ? copyOf(app(search.slice(1))) : flatQuery(search.slice(1))
}

/** Whether what the app has made of the query is still what guards have read. */
export function isSameQuery(query: unknown, app: unknown): boolean {
  if (!isNested(query)) return Object.is(query, app)
  if (!isNested(app) || Array.isArray(query) !== Array.isArray(app)) return false
  const names = Object.keys(app)
  if (names.length !== Object.keys(query).length) return false
  return names.every((name) => Object.hasOwn(query, name) && isSameQuery(query[name], app[name]))
}

/** Whether there are more parameters than parsers read, so that some reader may have dropped what another sees. */
export function isCutOff(search: string): boolean {
  if (search.length <= MAX_PARAMETERS) return false
  let count = 1
  for (let at = search.indexOf('&'); at !== -1; at = search.indexOf('&', at + 1)) count++
  return count > MAX_PARAMETERS
}

function flatQuery(search: string): Query {
  const query = parse(search, '&', '=', { maxKeys: MAX_PARAMETERS })
  for (const name in query) if (typeof query[name] === 'object') Object.freeze(query[name])
  return Object.freeze(query) as Query
}

function isNested(value: unknown): value is AppQuery {
  return typeof value === 'object' && value !== null
}

function isPlain(value: unknown): value is AppQuery {
  if (!isNested(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null
}

function copyOf(query: unknown): Query {
  if (query === undefined || query === null) return EMPTY
  if (!isNested(query)) {
    throw new AshlarError('ERR_OPTION_INVALID', "The app's query parser answered something that is no object.")
  }
  return membersOf(query, MAX_DEPTH) as Query
}

function membersOf(value: AppQuery, depth: number): unknown {
  if (depth === 0) throw new AshlarError('ERR_OPTION_INVALID', "The app's query parser answered an endless object.")
  // What a parser of the app's own has made of a text, such as a date, is as good as a text.
  const copied = (member: unknown): unknown => (isPlain(member) ? membersOf(member, depth - 1) : member)
  if (Array.isArray(value)) return Object.freeze(value.map(copied))
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value)) copy[name] = copied(value[name])
  return Object.freeze(copy)
}
