import { randomUUID } from 'node:crypto'

/** What is accepted from a caller: 8 to 128 characters that can't break a header, a log line or a path. */
const WELL_FORMED = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{6,126})[A-Za-z0-9]$/

/** The caller's request id where it sent exactly one that is well formed, a random UUID otherwise. */
export function requestIdFrom(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' && WELL_FORMED.test(value) ? value : randomUUID()
}
