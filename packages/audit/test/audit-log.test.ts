import { channel } from 'node:diagnostics_channel'
import { Writable } from 'node:stream'

import { type AshlarEvent, allow, type Guard, onEvent, onVerdict, type RequestCompleted, shadow } from '@ashlar/core'
import { type Recorder, recordEvents, type TestServer } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import winston from 'winston'

import { type AuditLog, auditLog, type RequestRecord, requestId } from '../src/index.ts'
import { FRAMEWORKS, tokenGuard } from './apps.ts'

let server: TestServer | undefined
let log: AuditLog | undefined
let recorder: Recorder

beforeEach(() => {
  recorder = recordEvents()
})
afterEach(async () => {
  log?.stop()
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

describe.each(FRAMEWORKS)('%s', (framework, serve) => {
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

  test('a logger that throws costs its line and a warning, not the request', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    log = auditLog({
      logger: {
        log() {
          // A warning is said once a process.
          throw new Error(`${framework}: disk on fire`)
        },
      },
    })
    server = await serve([tokenGuard])
    const answer = await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })
    await recorder.completed()
    expect(answer.status).toBe(200)
    expect(warned).toHaveBeenCalledWith(expect.stringContaining(`${framework}: disk on fire`), expect.anything())
  })
})

test('a transport whose stream fails neither ends the process nor hurts a request', async () => {
  const warned = new Promise<string>((resolve) => {
    jest.spyOn(process, 'emitWarning').mockImplementation((warning) => resolve(String(warning)))
  })
  const broken = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('no space left'))
    },
  })
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: broken })] })
  broken.on('error', (error) => logger.emit('error', error))
  log = auditLog({ logger })
  server = await FRAMEWORKS[0]![1]([tokenGuard])
  const answer = await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })
  expect(answer.status).toBe(200)
  expect(await warned).toContain('no space left')
  expect((await server.call('/orders/7', { headers: { authorization: 'Bearer x' } })).status).toBe(200)
})

test('after stop nothing more is written', async () => {
  const records: RequestRecord[] = []
  log = auditLog({ sink: (record) => records.push(record) })
  server = await FRAMEWORKS[0]![1]([tokenGuard])
  log.stop()
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
  [{ logger: {} }, 'ERR_OPTION_INVALID', '"log" function'],
  [{ sink: 'file' }, 'ERR_OPTION_INVALID', '"sink" is a function'],
  [{ sink() {}, logger: { log() {} } }, 'ERR_OPTION_INVALID', 'not both'],
  [{ sink() {}, service: 7 }, 'ERR_OPTION_INVALID', '"service" is a name'],
  [{ logger: { log() {}, levels: { info: 1 } }, level: 'loud' }, 'ERR_OPTION_INVALID', 'no level "loud" (info)'],
  [null, 'ERR_OPTION_INVALID', 'expected an object'],
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
