import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

import { describe, expect, test } from '@jest/globals'

import { type Port, run, stepsOf } from '../../src/adapter.ts'
import { trustNone } from '../../src/http.ts'
import { amend, chain, type Guard } from '../../src/index.ts'

interface Context {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const port: Port<Context> = {
  request: ({ request }) => request,
  response: ({ response }) => response,
  target: () => '/',
  stillAt: () => true,
  route: () => undefined,
  params: () => undefined,
  body: () => undefined,
  trust: () => trustNone,
  answer() {},
  expose() {},
  report() {},
  guardTimeoutMs: 1000,
}

function context(): Context {
  const request = new IncomingMessage(new Socket())
  request.method = 'GET'
  return { request, response: new ServerResponse(request) }
}

const removing = (...remove: string[]): Guard => ({
  name: 'removing',
  layer: 'headers',
  reads: 'head',
  check: () => ({ kind: 'allow', remove }),
})

describe('amend()', () => {
  test('adds to the answer, and its fields come back after they were stripped from an error', () => {
    const { request, response } = context()
    run(port, stepsOf([removing('x-unwanted')]), { request, response })
    amend(request, { headers: { 'x-late': '1' }, append: { vary: 'Origin' } })
    expect(response.getHeaders()).toMatchObject({ 'x-late': '1', vary: 'Origin' })
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    response.writeHead(500)
    expect(response.getHeaders()).toMatchObject({ 'x-late': '1', vary: 'Origin' })
  })

  test('says so where no guard has run', () => {
    expect(() => amend(context().request, {})).toThrow(expect.objectContaining({ code: 'ERR_STATE_MISSING' }))
  })
})

test('what guards take off does not go out, whoever set it and when', () => {
  const { request, response } = context()
  response.setHeader('X-Powered-By', 'Express')
  run(port, stepsOf([chain(removing('x-powered-by'), removing('server'))]), { request, response })
  response.setHeader('Server', 'told')
  response.writeHead(200)
  expect(response.getHeaderNames()).toEqual([])
})
