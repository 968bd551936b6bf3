/** The address that a text is, if it is one. `URL.canParse` of Node 20 errs on letters beyond ASCII once it has run hot. */
export function parseUrl(text: unknown, base?: string): URL | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
