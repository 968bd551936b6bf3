import type { ServerResponse } from 'node:http'

import { errorFields } from '../problem/error-fields.ts'

/** What a handler says of a body, and how it sends it. */
const OF_THE_BODY: readonly string[] = [
  'Content-Digest',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-MD5',
  'Content-Range',
  'Digest',
  'ETag',
  'Last-Modified',
  'Repr-Digest',
  'Trailer',
  'Transfer-Encoding',
]

/**
 * Makes a response ready for the problem that stands in for what the handler was about to send: takes back what the handler
 * had said of that, and sets the header fields of the error's own that belong to the status. A 416 keeps the length that the
 * handler had told.
 */
export function makeHeadOfProblem(response: ServerResponse, status: number, error: unknown): void {
  const range = response.getHeader('Content-Range')
  for (const name of OF_THE_BODY) response.removeHeader(name)
  if (status === 416 && /^\w+ \*\/\d+$/.test(String(range))) response.setHeader('Content-Range', String(range))
  for (const [name, value] of errorFields(error, status)) response.setHeader(name, value)
}
