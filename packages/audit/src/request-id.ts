import { type Guard, guard } from '@ashlar/core'

/**
 * Sets `X-Request-ID` on the answer: the caller's where it sent exactly one that is well formed (8 to 128 of
 * `A-Z a-z 0-9 . _ -`), a random UUID otherwise. Put it first, so that every answer carries it.
 * @example app.use(protect(requestId(), processTime()))
 */
export function requestId(): Guard {
  return REQUEST_ID
}

const REQUEST_ID: Guard = guard({
  name: 'request id',
  layer: 'audit',
  reads: 'head',
  check: ({ id }) => ({ kind: 'allow', headers: { 'x-request-id': id } }),
})
