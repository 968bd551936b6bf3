import { parse } from 'node:querystring'

export type Query = Readonly<Record<string, string | readonly string[]>>

/** More parameters than this are no honest query. */
const MAX_PARAMETERS = 1000
const EMPTY: Query = Object.freeze(Object.create(null) as Query)

/**
 * Parses a query string: `a=1&b=2&b=3` is `{ a: '1', b: ['2', '3'] }`. Flat by design: brackets are part of a name.
 * The object has no prototype. Parameters after the thousandth are dropped; a malformed percent sequence stays as it is.
 */
export function parseQuery(search: string): Query {
  if (search.length <= 1) return EMPTY
  const query = parse(search.slice(1), '&', '=', { maxKeys: MAX_PARAMETERS })
  for (const name in query) if (typeof query[name] === 'object') Object.freeze(query[name])
  return Object.freeze(query) as Query
}
