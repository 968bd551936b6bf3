/** What an error says, on one line of at most 500 characters. Anything can be thrown, so nothing here is taken for granted. */
export function errorText(error: unknown): string {
  try {
    const { name, message, code } = Object(error) as Readonly<Record<string, unknown>>
    // A connection that is refused on IPv4 and IPv6 is an AggregateError with a code and no message.
    const says = [message, code].find((part) => typeof part === 'string' && part !== '') as string | undefined
    const known = typeof name === 'string' && name !== ''
    const text =
      says === undefined ? (known ? name : String(error)) : known && name !== 'Error' ? `${name}: ${says}` : says
    return text.replace(/\s+/g, ' ').slice(0, 500)
  } catch {
    return 'an error that can’t be read'
  }
}
