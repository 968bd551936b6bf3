/** Messages of PostgreSQL's wire protocol, version 3: a letter, the length of what follows with itself, and that. */

export const READY_FOR_QUERY = 0x5a
export const NOTIFICATION = 0x41
const ERROR_RESPONSE = 0x45
const IDLE = 0x49

/** A text with the zero byte behind it. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

export function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** A simple query. */
export function query(sql: string): Buffer {
  return message('Q', cString(sql))
}

export interface Trouble {
  /** Of PostgreSQL: `'55P03'`. */
  readonly code: string
  readonly message: string
}

/** What a server says of a statement that failed; `FATAL` also of a connection that it ends. */
export function errorResponse(severity: 'ERROR' | 'FATAL', { code, message: text }: Trouble): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`].map(cString)
  return message('E', ...fields, Buffer.alloc(1))
}

/** The connection takes the next statement, outside a transaction. */
export function readyForQuery(): Buffer {
  return message('Z', Buffer.from([IDLE]))
}

/** What a server says after a start-up message, when it wants no password. */
export function greeting(serverVersion: string): Buffer {
  const settings = {
    server_version: serverVersion,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  }
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(settings).map(([name, value]) => message('S', cString(name), cString(value))),
    message('K', Buffer.alloc(8)),
    readyForQuery(),
  ])
}

/** The messages in an answer, one after the other. */
export function* messagesIn(answer: Buffer): Iterable<Buffer> {
  for (let at = 0; at < answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1)
    yield answer.subarray(at, end)
    at = end
  }
}

/** Of a `ReadyForQuery`: whether no transaction is open. */
export function saysIdle(part: Buffer): boolean {
  return part[5] === IDLE
}

/** The error in an answer, as the server said it. */
export function errorIn(answer: Buffer): Buffer | undefined {
  for (const part of messagesIn(answer)) if (part[0] === ERROR_RESPONSE) return part
  return undefined
}

/** Of an error after which PostgreSQL is no more: what it said. */
export function lastWords(part: Buffer): string | undefined {
  if (part[0] !== ERROR_RESPONSE) return undefined
  const fields = part.toString('utf8', 5).split('\0')
  const severity = fields.find((field) => field[0] === 'V')
  if (severity !== 'VFATAL' && severity !== 'VPANIC') return undefined
  return fields.find((field) => field[0] === 'M')?.slice(1) ?? severity
}

/** A name in quotes, whatever is in it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
