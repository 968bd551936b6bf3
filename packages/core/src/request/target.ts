/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** The query of a request target, with its question mark, or nothing. */
export function searchOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? '' : target.slice(query)
}
