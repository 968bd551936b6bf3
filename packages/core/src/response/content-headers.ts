import type { ServerResponse } from 'node:http'

const CONTENT_HEADERS: readonly string[] = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Last-Modified',
]

/** Takes back what a handler had said about the body that an error's problem now stands in for. */
export function removeContentHeaders(response: ServerResponse): void {
  for (const name of CONTENT_HEADERS) response.removeHeader(name)
}
