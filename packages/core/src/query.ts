export type Query = Readonly<Record<string, string | readonly string[]>>

/** More parameters than this are no honest query. */
const MAX_PARAMETERS = 1000
const EMPTY: Query = Object.freeze(Object.create(null) as Query)

/**
 * Parses a query string: `a=1&b=2&b=3` is `{ a: '1', b: ['2', '3'] }`. Flat by design: brackets are part of a name.
 * The object has no prototype. Parameters after the thousandth are dropped. Malformed percent sequences are kept as they stand.
 */
export function parseQuery(search: string): Query {
  if (search.length <= 1) return EMPTY
  const query: Record<string, string | string[]> = Object.create(null)
  let count = 0
  for (const [name, value] of new URLSearchParams(search)) {
    if (++count > MAX_PARAMETERS) break
    const present = query[name]
    if (present === undefined) query[name] = value
    else if (typeof present === 'string') query[name] = [present, value]
    else present.push(value)
  }
  for (const name in query) Object.freeze(query[name])
  return Object.freeze(query)
}
