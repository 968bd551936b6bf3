import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { UnavailableError } from '@ashlar/core'
import { type Recorder, recordEvents, type TestServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { type AuditRecord, audit, audited, requestId, type Trail, trailEvents, verifyTrail } from '../src/index.ts'
import { FRAMEWORKS, tokenGuard } from './apps.ts'
import { newFolder, openTrail, VERIFIER } from './trail/sample-trail.ts'

let folder: string
let trail: Trail
let server: TestServer | undefined
let recorder: Recorder
const bearer = { authorization: 'Bearer x' }

beforeEach(async () => {
  folder = newFolder()
  trail = await openTrail(folder, { service: 'orders' })
  recorder = recordEvents()
})
afterEach(async () => {
  recorder.stop()
  await server?.close()
  rmSync(folder, { recursive: true })
})

async function written(): Promise<AuditRecord[]> {
  await trail.close()
  expect(await verifyTrail(folder, { verifiers: [VERIFIER] })).toMatchObject({ ok: true })
  const lines = readFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), 'utf8').split('\n')
  return lines.slice(1, -1).map((line) => JSON.parse(line) as AuditRecord)
}

describe.each(FRAMEWORKS)('%s', (_, serve) => {
  test('the intent is written before the handler, the outcome after it', async () => {
    const guard = audited({
      trail,
      action: 'orders:read',
      event: 'sensitive_read',
      flags: ['gdpr'],
      resource: ({ params }) => ({ type: 'order', id: params?.['id'] }),
    })
    let seen = 0
    server = await serve([requestId(), tokenGuard], [guard], (source) => {
      seen = readFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), 'utf8').split('\n').length
      audit.of(source).add({ amount: { value: '12.50', currency: 'EUR' }, details: { note: 'checked' } })
    })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const answer = await server.call('/orders/7', { headers: { ...bearer, traceparent, 'user-agent': 'probe/1' } })
    await recorder.completed()
    expect(answer.status).toBe(200)
    expect(seen).toBe(3)
    const [intent, end] = await written()
    expect(intent).toMatchObject({
      seq: 1,
      name: 'operation_intended',
      outcome: 'intended',
      who: { kind: 'bearer', subject: 'alice', issuer: 'https://issuer.example' },
      action: 'orders:read',
      resource: { type: 'order', id: '7' },
      where: { address: '127.0.0.1', userAgent: 'probe/1', service: 'orders' },
      flags: ['gdpr'],
      requestId: answer.headers['x-request-id'],
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      details: { event: 'sensitive_read', method: 'GET', route: '/orders/:id' },
    })
    expect(end).toMatchObject({
      seq: 2,
      name: 'operation_completed',
      outcome: 'success',
      intent: 1,
      amount: { value: '12.50', currency: 'EUR' },
      details: { status: 200, note: 'checked', durationMs: expect.any(Number) },
    })
  })

  test('where the intent cannot be written the handler does not run: 503', async () => {
    const handler = jest.fn()
    const broken: Trail = { ...trail, intend: () => Promise.reject(new UnavailableError('no space left')) }
    jest.spyOn(console, 'error').mockImplementation(() => {})
    server = await serve([tokenGuard], [audited({ trail: broken, action: 'orders:read' })], handler)
    const answer = await server.call('/orders/7', { headers: bearer })
    expect(answer.status).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'dependency-unavailable' })
    expect(handler).not.toHaveBeenCalled()
    expect(await written()).toEqual([])
  })

  test('an outcome that cannot be written is told; the caller has its answer', async () => {
    const failure = new UnavailableError('no space left')
    const told = new Promise((resolve) => {
      const half: Trail = {
        ...trail,
        intend: () => Promise.resolve({ receipt: { log: 'x', seq: 1 }, complete: () => Promise.reject(failure) }),
      }
      void serve([tokenGuard], [audited({ trail: half, action: 'orders:read', onError: resolve })]).then(async (up) => {
        server = up
        expect((await up.call('/orders/7', { headers: bearer })).status).toBe(200)
      })
    })
    expect(await told).toBe(failure)
  })

  test('every completed request and every security event is in the trail', async () => {
    const log = trailEvents({ trail })
    server = await serve([requestId(), tokenGuard])
    await server.call('/orders/7', { headers: bearer })
    await recorder.completed()
    await server.call('/orders/7')
    await recorder.completed()
    await log.close()
    const records = await written()
    expect(records.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['request_completed', 'success'],
      ['authn_login_fail', 'refused'],
      ['request_completed', 'refused'],
    ])
    expect(records[0]).toMatchObject({ who: { subject: 'alice' }, details: { status: 200, route: '/orders/:id' } })
    expect(records[1]).toMatchObject({ details: { by: 'bearer', layer: 'authentication', status: 401 } })
  })
})

test('a handler can not say who did it, how it ended or where', async () => {
  server = await FRAMEWORKS[0]![1]([tokenGuard], [audited({ trail, action: 'orders:read' })], (source) => {
    const notes = audit.of(source)
    notes.add({
      who: { kind: 'x', subject: 'mallory' },
      outcome: 'failure',
      details: { status: 500, note: 'a' },
    } as never)
    notes.add({ details: { method: 'DELETE', more: 'b' } })
  })
  await server.call('/orders/7', { headers: bearer })
  await recorder.completed()
  const [, end] = await written()
  expect(end).toMatchObject({
    who: { subject: 'alice' },
    outcome: 'success',
    details: { status: 200, method: 'GET', note: 'a', more: 'b' },
  })
})

test.each([
  ['a promise', Promise.resolve({ type: 'order' })],
  ['a number', { type: 'order', id: 7 }],
  ['a text', 'order/7'],
])('a resource that is %s refuses the request: nothing is done without evidence', async (_, resource) => {
  const handler = jest.fn()
  jest.spyOn(console, 'error').mockImplementation(() => {})
  const guard = audited({ trail, action: 'orders:read', resource: () => resource as never })
  server = await FRAMEWORKS[0]![1]([tokenGuard], [guard], handler)
  expect((await server.call('/orders/7', { headers: bearer })).status).toBe(500)
  expect(handler).not.toHaveBeenCalled()
  expect(await written()).toEqual([])
})

test.each([
  [{}, 'ERR_OPTION_MISSING'],
  [{ action: 'a:b' }, 'ERR_OPTION_MISSING'],
  [{ trail: {}, action: 'a:b' }, 'ERR_OPTION_INVALID'],
  [{ trail: Promise.resolve(), action: 'a:b' }, 'ERR_OPTION_INVALID'],
  [{ trail: { intend() {} } }, 'ERR_OPTION_MISSING'],
  [{ trail: { intend() {} }, action: '' }, 'ERR_OPTION_INVALID'],
  [{ trail: { intend() {} }, action: 'a:b', flags: ['iso'] }, 'ERR_OPTION_INVALID'],
  [{ trail: { intend() {} }, action: 'a:b', flags: [] }, 'ERR_OPTION_INVALID'],
  [{ trail: { intend() {} }, action: 'a:b', resource: 'order' }, 'ERR_OPTION_INVALID'],
  [{ trail: { intend() {} }, action: 'a:b', event: 'Not A Name' }, 'ERR_OPTION_INVALID'],
  [{ trial: {} }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %j', (options, code) => {
  expect(() => audited(options as never)).toThrow(expect.objectContaining({ code }))
})

test('only the trail itself records what an intent is', () => {
  expect(() => audited({ trail, action: 'a:b', event: 'operation_intended' as never })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining('Only the trail itself') }),
  )
})
