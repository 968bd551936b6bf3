import { validateHeaderValue } from 'node:http'

/**
 * The header fields that an error may bring to the answer, by status: those without which the status can't be understood, as
 * RFC 9110 and RFC 5789 define them. Others say something of the server, of a body that is not sent, or of another resource;
 * a handler that wants them sets them on the response.
 */
const FIELDS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  407: ['Proxy-Authenticate'],
  413: ['Retry-After'],
  415: ['Accept', 'Accept-Encoding', 'Accept-Patch', 'Accept-Post'],
  416: ['Content-Range'],
  426: ['Upgrade'],
  429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  503: ['Retry-After'],
}

/** The fields that an error brings in its `headers`, as those of `http-errors` do, and that belong to this status. Never throws. */
export function errorFields(
  error: unknown,
  status: number,
): readonly (readonly [string, string | readonly string[]])[] {
  const allowed = FIELDS[status]
  if (!allowed) return []
  const fields: [string, string | readonly string[]][] = []
  try {
    const { headers } = Object(error) as { readonly headers?: unknown }
    if (typeof headers !== 'object' || headers === null) return []
    for (const name of Object.keys(headers)) {
      const field = allowed.find((known) => known.toLowerCase() === name.toLowerCase())
      const value = field && fieldValue(field, (headers as Readonly<Record<string, unknown>>)[name])
      if (value !== undefined && value !== '') fields.push([field!, value])
    }
  } catch {
    // Anything can be thrown, also what can't be read.
  }
  return fields
}

function fieldValue(name: string, value: unknown): string | readonly string[] | undefined {
  if (Array.isArray(value)) {
    const lines = value.map((line) => fieldValue(name, line))
    return lines.length > 0 && lines.every((line) => typeof line === 'string') ? (lines as string[]) : undefined
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  validateHeaderValue(name, String(value))
  return String(value)
}
