import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import type { RequestView } from '@ashlar/core'
import { RequestHead } from '@ashlar/core/adapter'
import { trustNone } from '@ashlar/core/http'

export interface TestRequest {
  readonly method?: string
  /** Path and query. Default `/`. */
  readonly target?: string
  /** Names in any case; an array of pairs where a name appears twice. */
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]
  /** Default `192.0.2.1`. */
  readonly address?: string
  /** Whether it came over TLS. Default no. */
  readonly secure?: boolean
  readonly route?: string
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * A request view for testing a guard without HTTP: the real class over a node request that no socket carries.
 * @example
 * guard.check(testRequest({ method: 'POST', headers: { 'X-Tenant': 'acme' } }), {})
 */
export function testRequest(request: TestRequest = {}): RequestView {
  const {
    method = 'GET',
    target = '/',
    headers = {},
    address = '192.0.2.1',
    secure = false,
    route,
    params,
    body,
  } = request
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: address })
  if (secure) Object.defineProperty(socket, 'encrypted', { value: true })
  const raw = new IncomingMessage(socket)
  raw.method = method
  raw.url = target
  raw.rawHeaders = (Array.isArray(headers) ? headers : Object.entries(headers)).flat() as string[]
  const parser = raw as unknown as { _addHeaderLines(lines: readonly string[], count: number): void }
  parser._addHeaderLines(raw.rawHeaders, raw.rawHeaders.length)
  const head = new RequestHead(raw, target, trustNone)
  head.enter({ route: () => route ?? (params && '/'), params: () => params, body: () => body }, undefined)
  return head
}
