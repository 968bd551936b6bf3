import { channel } from 'node:diagnostics_channel'
import { Writable } from 'node:stream'
import { afterEach, expect, jest, test } from '@jest/globals'
import winston from 'winston'
import { alarmOf } from '../src/alarm.ts'
import { auditLog, streamTrail } from '../src/index.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

test('an alarm that throws or rejects is a warning, and nothing more', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  alarmOf(() => {
    throw new Error('pager away')
  })(new Error('x'))
  alarmOf(() => Promise.reject(new Error('mail away')))(new Error('x'))
  alarmOf(undefined)('a text')
  await new Promise((resolve) => setImmediate(resolve))
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    'The audit trail: pager away',
    'The audit trail: a text',
    'The audit trail: mail away',
  ])
})

test('behind a transport that hangs the backlog is bounded, and the loss is told', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const hanging = new Writable({ write() {} })
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: hanging })] })
  let waiting = 0
  const counted = {
    log: () => waiting++,
    get writableLength() {
      return waiting
    },
  }
  const log = auditLog({ logger: counted, maxBacklog: 100 })
  const completed = {
    name: 'request_completed',
    time: 0,
    request: { id: 'abcdefgh', method: 'GET', route: undefined, address: undefined },
    principal: undefined,
    decisions: [],
    outcome: { status: 200, aborted: false, refused: false, durationMs: 1 },
  }
  for (let request = 0; request < 150; request++) channel('ashlar:event').publish(completed)
  expect(waiting).toBe(100)
  waiting = 0
  channel('ashlar:event').publish(completed)
  expect(warned.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringContaining('backlog is full'),
    expect.stringContaining('50 record(s) were dropped'),
  ])
  log.stop()
  logger.close()
})

test('a stream trail announces operations as well, and needs a stream', async () => {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  const trail = streamTrail({ stream })
  const intent = await trail.intend({ name: 'sensitive_update', outcome: 'success' })
  await intent.complete({ name: 'sensitive_update', outcome: 'failure' })
  await trail.close()
  expect(chunks.join('')).toMatch(/operation_intended[\s\S]*operation_completed.*"intent":1/)
  expect(() => streamTrail({} as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_MISSING' }))
})
