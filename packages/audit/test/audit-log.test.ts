import { channel } from 'node:diagnostics_channel'
import { Writable } from 'node:stream'

import { type AshlarEvent, allow, type Guard, onEvent, onVerdict, type RequestCompleted, shadow } from '@ashlar/core'
import type { Closeable } from '@ashlar/core/time'
import { type Recorder, recordEvents, type TestServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import winston from 'winston'

import { auditLog, type RequestRecord, requestId } from '../src/index.ts'
import { FRAMEWORKS, tokenGuard } from './apps.ts'

let server: TestServer | undefined
let log: Closeable | undefined
let recorder: Recorder

beforeEach(() => {
  recorder = recordEvents()
})
afterEach(async () => {
  await log?.close()
  recorder.stop()
  await server?.close()
  jest.restoreAllMocks()
})

function winstonTo(lines: string[]): winston.Logger {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return winston.createLogger({ transports: [new winston.transports.Stream({ stream })] })
}

describe.each(FRAMEWORKS)('%s', (_, serve) => {
  test('one JSON line a completed request: who, what, where, decisions, outcome', async () => {
    const lines: string[] = []
    log = auditLog({ logger: winstonTo(lines), service: 'gateway' })
    server = await serve([requestId(), tokenGuard])
    const answer = await server.call('/orders/7?secret=1', { headers: { authorization: 'Bearer planted' } })
    await recorder.completed()
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      message: 'request',
      event: 'request_completed',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'gateway',
      requestId: answer.headers['x-request-id'],
      method: 'GET',
      route: '/orders/:id',
      address: '127.0.0.1',
      principal: { kind: 'bearer', subject: 'alice', issuer: 'https://issuer.example' },
      decisions: [
        { guard: 'request id', layer: 'audit', outcome: 'allow' },
        { guard: 'bearer', layer: 'authentication', outcome: 'allow' },
      ],
      outcome: { status: 200, aborted: false, refused: false, durationMs: expect.any(Number) },
    })
  })

  test('a refusal is a line as well, with the guard that refused', async () => {
    const records: RequestRecord[] = []
    log = auditLog({ sink: (record) => records.push(record) })
    server = await serve([shadow(tokenGuard)], [tokenGuard])
    await server.call('/orders/7')
    await recorder.completed()
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      principal: undefined,
      outcome: { status: 401, refused: true },
      decisions: [
        { guard: 'bearer', outcome: 'would-deny' },
        { guard: 'bearer', outcome: 'deny', code: 'credentials-required' },
      ],
    })
  })

  test('no event holds a token, a header, a query string or state, at any depth', async () => {
    const seen: unknown[] = []
    const stops = [onEvent((event) => seen.push(event)), onVerdict((event) => seen.push(event))]
    const records: RequestRecord[] = []
    log = auditLog({ sink: (record) => records.push(record) })
    const stateful: Guard = {
      name: 'stateful',
      layer: 'custom',
      reads: 'head',
      check: () => allow({ vault: 'planted-state' }),
    }
    server = await serve([requestId(), stateful, tokenGuard])
    const headers = { authorization: 'Bearer planted-token', 'x-other': 'planted-header', cookie: 'a=planted-cookie' }
    await server.call('/orders/planted-parameter?q=planted-query', { headers })
    await recorder.completed()
    await server.call('/orders/planted-parameter?q=planted-query', { headers: { cookie: 'a=planted-cookie' } })
    await recorder.completed()
    for (const stop of stops) stop()
    expect(seen.length).toBeGreaterThan(4)
    expect(everythingIn([seen, records])).not.toContain('planted')
  })

  test('a logger that throws costs its line, which is told, and not the request', async () => {
    const told: unknown[] = []
    const failure = new Error('disk on fire')
    const logger = {
      log() {
        throw failure
      },
    }
    log = auditLog({ logger, onError: (error) => told.push(error) })
    server = await serve([tokenGuard])
    const answer = await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })
    await recorder.completed()
    expect(answer.status).toBe(200)
    expect(told).toEqual([failure])
  })
})

test('a sink that rejects is told of, and ends nothing', async () => {
  const failure = new Error('queue away')
  const told = new Promise((resolve) => {
    // biome-ignore lint/suspicious/noThenProperty: anything that can be waited for counts, not only a promise
    const rejecting = { then: (_: unknown, reject: (error: unknown) => void) => reject(failure) }
    log = auditLog({ sink: () => rejecting, onError: resolve })
  })
  publish({})
  expect(await told).toBe(failure)
})

test('without onError the operator is warned', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  log = auditLog({
    sink() {
      throw new Error('no such queue')
    },
  })
  publish({})
  expect(warned).toHaveBeenCalledWith(expect.stringMatching(/^auditLog\(\): no such queue/), expect.anything())
})

test('behind a transport that hangs what waits is bounded, and the loss is told', () => {
  const told: unknown[] = []
  let waiting = 0
  const logger = {
    log: () => waiting++,
    get writableLength() {
      return waiting
    },
  }
  log = auditLog({ logger, maxPending: 100, onError: (error) => told.push(error) })
  for (let request = 0; request < 150; request++) publish({})
  expect(waiting).toBe(100)
  waiting = 0
  publish({})
  expect(told).toMatchObject([
    { code: 'ERR_DEPENDENCY_UNAVAILABLE', message: expect.stringContaining('records are dropped') },
    { message: expect.stringContaining('50 record(s) were dropped') },
  ])
})

test('a transport whose stream fails neither ends the process nor hurts a request', async () => {
  const broken = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('no space left'))
    },
  })
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: broken })] })
  broken.on('error', (error) => logger.emit('error', error))
  const told = new Promise((resolve) => {
    log = auditLog({ logger, onError: resolve })
  })
  server = await FRAMEWORKS[0]![1]([tokenGuard])
  const answer = await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })
  expect(answer.status).toBe(200)
  expect(await told).toMatchObject({ message: 'no space left' })
  expect((await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })).status).toBe(200)
  await log!.close()
  expect(logger.listenerCount('error')).toBe(0)
})

test('once it is closed nothing more is written', async () => {
  const records: RequestRecord[] = []
  log = auditLog({ sink: (record) => records.push(record) })
  server = await FRAMEWORKS[0]![1]([tokenGuard])
  void log.close()
  await server.call('/orders/7')
  await recorder.completed()
  expect(records).toEqual([])
})

test("control characters in a subject can't forge a line", () => {
  const records: RequestRecord[] = []
  log = auditLog({ sink: (record) => records.push(record) })
  publish({
    principal: { kind: 'bearer', subject: 'alice\r\nrequest admin \u001b[2J\u2028', issuer: 'a\u0085b' },
  })
  expect(records[0]!.principal).toEqual({
    kind: 'bearer',
    subject: 'alice\ufffd\ufffdrequest admin \ufffd[2J\ufffd',
    issuer: 'a\ufffdb',
  })
})

test.each([
  [{}, 'ERR_OPTION_MISSING', '"logger" is required'],
  [{ loger: {} }, 'ERR_OPTION_UNKNOWN', 'Did you mean "logger"?'],
  [{ logger: {} }, 'ERR_OPTION_INVALID', 'an object with log()'],
  [{ sink: 'file' }, 'ERR_OPTION_INVALID', '"sink" must be a function'],
  [{ sink() {}, logger: { log() {} } }, 'ERR_OPTION_INVALID', '"sink" must be left out'],
  [{ sink() {}, service: 7 }, 'ERR_OPTION_INVALID', '"service" must be a text'],
  [{ sink() {}, maxPending: 0 }, 'ERR_OPTION_INVALID', '"maxPending"'],
  [{ sink() {}, onError: 'log' }, 'ERR_OPTION_INVALID', '"onError" must be a function'],
  [{ logger: { log() {}, levels: { info: 1 } }, level: 'loud' }, 'ERR_OPTION_INVALID', 'a level of the logger: info'],
  [
    { logger: { log() {}, levels: { info: 1 } }, level: 'toString' },
    'ERR_OPTION_INVALID',
    'a level of the logger: info',
  ],
  [null, 'ERR_OPTION_INVALID', 'an object with options'],
])('wrong options are refused at start-up: %j', (options, code, text) => {
  const attempt = () => auditLog(options as never)
  expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }))
})

function publish(part: Partial<RequestCompleted>): void {
  const event: AshlarEvent = {
    name: 'request_completed',
    time: 0,
    request: { id: 'abcdefgh', method: 'GET', route: undefined, address: undefined },
    principal: undefined,
    decisions: [],
    outcome: { status: 200, aborted: false, refused: false, durationMs: 1 },
    ...part,
  }
  channel('ashlar:event').publish(event)
}

/** Every string that can be reached, including keys, symbols and what is not enumerable. */
function everythingIn(root: unknown): string {
  const texts: string[] = []
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return
    seen.add(value)
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key))
      visit((value as Record<PropertyKey, unknown>)[key])
    }
    if (value instanceof Map || value instanceof Set) for (const entry of value) visit(entry)
    const parent: unknown = Object.getPrototypeOf(value)
    if (parent !== Object.prototype && parent !== Array.prototype) visit(parent)
  }
  visit(root)
  return texts.join('\n')
}
