import { IncomingMessage } from 'node:http'

import { ALLOW, allow, type Guard, type Principal } from '@ashlar/core'
import { recordEvents, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { type NodeRequest, protect } from '../src/index.ts'

const ada: Principal = { kind: 'custom', subject: 'ada', roles: [], scopes: [], claims: {} }
const base = { name: 'test', layer: 'custom', reads: 'head' } as const

test('a request of a framework finds its principal through the prototype of the app, and may have another', async () => {
  const named: Guard<{ principal?: Principal }> = {
    ...base,
    check: ({ headers }) => (headers['x-name'] ? allow({ principal: ada }) : ALLOW),
  }
  const signIn = protect(named)
  const prototype = Object.create(IncomingMessage.prototype) as object
  const seen: unknown[] = []
  const server = await testServer((request, response) => {
    Object.setPrototypeOf(request, prototype)
    const typed = request as NodeRequest & { principal?: unknown }
    signIn(typed, response, () => {
      seen.push(typed.principal, Object.hasOwn(typed, 'principal'))
      typed.principal = 'another'
      seen.push(typed.principal)
      signIn(typed, response, () => response.end())
      seen.push(typed.principal)
    })
  })
  try {
    await server.call('/', { headers: { 'X-Name': 'ada' } })
    await server.call('/', { headers: { 'X-Name': 'ada' } })
    await server.call('/')
  } finally {
    await server.close()
  }
  const signedIn = [ada, false, 'another', ada]
  expect(seen).toEqual([...signedIn, ...signedIn, undefined, false, 'another', 'another'])
})

test('what a connect-like framework leaves on its request names the route, without values of its mount', async () => {
  const guarded = protect({ ...base, check: () => ALLOW } satisfies Guard)
  const recorder = recordEvents()
  const server = await testServer((request, response) => {
    Object.assign(request, { baseUrl: '/api/v1/users/7', route: { path: '/orders/:id' }, params: { id: '9' } })
    guarded(request, response, () => response.end())
  })
  try {
    await server.call('/orders/9')
    expect((await recorder.completed()).request.route).toBe('/api/v1/users/*/orders/:id')
  } finally {
    recorder.stop()
    await server.close()
  }
})
