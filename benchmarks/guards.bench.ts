import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { ALLOW, type AnyGuard, guard } from '@ashlar/core'
import { type Port, run, stepsOf } from '@ashlar/core/adapter'
import { trustNone } from '@ashlar/core/http'

import { interleave } from './interleave.ts'
import type { Bench } from './result.ts'

interface Context {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The smallest port, so that only core's own cost is measured. */
const port: Port<Context> = {
  request: ({ request }) => request,
  response: ({ response }) => response,
  target: () => '/api/v1/orders?limit=20',
  stillAt: () => true,
  route: () => undefined,
  params: () => undefined,
  body: () => undefined,
  trust: () => trustNone,
  answer() {},
  expose() {},
  report() {},
  guardTimeoutMs: 10_000,
}

const noop = (name: string): AnyGuard => guard({ name, layer: 'custom', reads: 'head', check: () => ALLOW })

const socket = new Socket()

/** A request as node makes it, without reading one from a socket. */
function exchange(): Context {
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url = '/api/v1/orders?limit=20'
  return { request, response: new ServerResponse(request) }
}

export const bench: Bench = async () => {
  const five = stepsOf(['a', 'b', 'c', 'd', 'e'].map(noop))
  const one = stepsOf([noop('a')])
  const standing = exchange()
  run(port, five, standing)
  return [
    ...(await interleave('chain', {
      'ashlar five no-op guards, on a request already known': () => run(port, five, standing),
      'bare request and response': () => exchange(),
      'ashlar the first guard of a request, request and response made': () => run(port, one, exchange()),
      'ashlar five no-op guards, request and response made': () => run(port, five, exchange()),
    })),
  ]
}
