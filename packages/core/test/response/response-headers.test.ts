import { describe, expect, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import { type AnyGuard, allow, deny, problem } from '../../src/index.ts'
import { type Context, contextOf, guardThat, recordingPort } from '../recording-port.ts'

const POLICY = "default-src 'self'"
const protecting: AnyGuard = guardThat(() =>
  allow(
    {},
    {
      headers: { 'X-Frame-Options': 'DENY', 'Content-Security-Policy': POLICY },
      append: { Vary: ['Origin', 'Cookie'], 'Set-Cookie': 'a=1' },
    },
  ),
)

function guarded(...guards: readonly AnyGuard[]): Context {
  const context = contextOf()
  expect(run(recordingPort(), stepsOf(guards), context)).toBe(true)
  return context
}

const strip = ({ response }: Context): void => {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
}

describe('headers that guards have set', () => {
  test('are there at once, and go out as they are', () => {
    const { response } = guarded(protecting)
    const headers = { 'x-frame-options': 'DENY', 'content-security-policy': POLICY, vary: ['Origin', 'Cookie'] }
    expect(response.getHeaders()).toMatchObject(headers)
    response.writeHead(200)
    expect(response.getHeaders()).toMatchObject(headers)
  })

  test('are set again on an error whose maker stripped them all', () => {
    for (const send of [
      ({ response }: Context) => response.writeHead(500),
      ({ response }: Context) => response.writeHead(404, 'Not Here', { 'X-Own': '1' }),
      ({ response }: Context) => {
        response.statusCode = 503
        response.end('failed')
      },
      ({ response }: Context) => {
        response.statusCode = 400
        response.flushHeaders()
      },
    ]) {
      const context = guarded(
        protecting,
        guardThat(() => allow({}, { headers: { 'X-Frame-Options': 'SAMEORIGIN' } })),
      )
      strip(context)
      send(context)
      expect(context.response.getHeaders()).toMatchObject({
        'x-frame-options': 'SAMEORIGIN',
        'content-security-policy': POLICY,
        vary: ['Origin', 'Cookie'],
        'set-cookie': 'a=1',
      })
    }
  })

  test('stay as the app has made them, replaced or removed', () => {
    const context = guarded(protecting)
    context.response.setHeader('Content-Security-Policy', 'sandbox')
    context.response.removeHeader('X-Frame-Options')
    context.response.writeHead(200)
    expect(context.response.getHeader('content-security-policy')).toBe('sandbox')
    expect(context.response.hasHeader('x-frame-options')).toBe(false)
  })

  test('stay replaced on an error, but for the policy that Express’s last handler writes over every other', () => {
    const context = guarded(protecting)
    context.response.setHeader('Content-Security-Policy', 'sandbox')
    context.response.writeHead(500)
    expect(context.response.getHeader('content-security-policy')).toBe('sandbox')

    const express = guarded(protecting)
    express.response.setHeader('Content-Security-Policy', "default-src 'none'")
    express.response.writeHead(404)
    expect(express.response.getHeader('content-security-policy')).toBe(POLICY)

    const without = guarded(guardThat(() => allow({}, { headers: { 'X-Own': '1' } })))
    without.response.setHeader('Content-Security-Policy', "default-src 'none'")
    without.response.writeHead(404)
    expect(without.response.getHeader('content-security-policy')).toBe("default-src 'none'")
  })

  test('are not appended twice where the app has joined or kept them', () => {
    const joined = guarded(protecting)
    joined.response.setHeader('Vary', 'Origin, Cookie, Accept')
    joined.response.writeHead(200)
    expect(joined.response.getHeader('vary')).toBe('Origin, Cookie, Accept')
    const replaced = guarded(protecting)
    replaced.response.setHeader('Vary', 'Accept')
    replaced.response.setHeader('Set-Cookie', ['b=2'])
    replaced.response.writeHead(200)
    expect(replaced.response.getHeader('vary')).toEqual(['Accept', 'Origin', 'Cookie'])
    expect(replaced.response.getHeader('set-cookie')).toEqual(['b=2', 'a=1'])
  })

  test('of hooks see the status that is sent, and a hook that answers nothing sets nothing', () => {
    const statuses: number[] = []
    const hook = guardThat(() => ({
      kind: 'allow',
      beforeHeaders(status) {
        statuses.push(status)
        return status === 200 ? undefined : { 'X-Status': String(status) }
      },
    }))
    const explicit = guarded(hook)
    explicit.response.writeHead(404)
    expect(() => explicit.response.writeHead(500)).toThrow()
    expect(explicit.response.getHeader('x-status')).toBe('404')
    const implicit = guarded(hook)
    implicit.response.end('served')
    expect(implicit.response.hasHeader('x-status')).toBe(false)
    expect(statuses).toEqual([404, 200])
  })

  test('go nowhere once the client has gone', () => {
    const statuses: number[] = []
    const hook = guardThat(() => ({
      kind: 'allow',
      beforeHeaders: (status) => void statuses.push(status) as undefined,
    }))
    const context = guarded(hook)
    context.response.destroy()
    context.response.writeHead(200)
    expect(statuses).toEqual([])
  })
})

test('what another has put in the place of writeHead is called as well', () => {
  const context = contextOf()
  const called: unknown[] = []
  const writeHead = context.response.writeHead as (...head: unknown[]) => typeof context.response
  context.response.writeHead = (...head: unknown[]) => {
    called.push(context.response.getHeader('x-frame-options'))
    return writeHead.apply(context.response, head)
  }
  expect(run(recordingPort(), stepsOf([protecting]), context)).toBe(true)
  context.response.removeHeader('X-Frame-Options')
  context.response.writeHead(500)
  expect(called).toEqual(['DENY'])
})

test('a response that no guard has set a header on is left alone', () => {
  const { response } = guarded(guardThat(() => allow({ x: 1 })))
  expect(Object.hasOwn(response, 'writeHead')).toBe(false)
})

describe('the connection of a refused request', () => {
  for (const [what, headers, complete, expected] of [
    ['no body', {}, false, undefined],
    ['a short body', { 'Content-Length': '65536' }, false, undefined],
    ['a long body', { 'Content-Length': '65537' }, false, 'close'],
    ['a long body that was read', { 'Content-Length': '65537' }, true, undefined],
    ['a body without end', { 'Transfer-Encoding': 'chunked' }, false, 'close'],
  ] as const) {
    test(`with ${what} ${expected ? 'is closed' : 'stays open'}`, () => {
      const context = contextOf('/', headers)
      context.request.complete = complete
      run(recordingPort(), stepsOf([guardThat(() => deny(problem('not-permitted')))]), context)
      expect(context.response.getHeader('connection')).toBe(expected)
    })
  }
})

test.each([[7], ['X-Powered-By'], [[null]], [['X Powered By']]])(
  '%j to remove is refused, not found by the app',
  (remove) => {
    const port = recordingPort()
    const guard = guardThat(() => allow({}, { remove: remove as never }))
    expect(run(port, stepsOf([guard]), contextOf())).toBe(false)
    expect(port.answers).toMatchObject([{ status: 500 }])
  },
)
