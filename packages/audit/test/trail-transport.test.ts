import { UnavailableError } from '@ashlar/core'
import { expect, test } from '@jest/globals'
import winston from 'winston'

import { type AuditEvent, type Trail, trailTransport } from '../src/index.ts'

function recording(record: () => Promise<unknown> = async () => {}) {
  const events: AuditEvent[] = []
  const trail = {
    record(event: AuditEvent) {
      events.push(event)
      return record()
    },
  } as unknown as Trail
  return { events, trail }
}

async function finish(logger: winston.Logger): Promise<void> {
  const finished = new Promise((resolve) => logger.on('finish', resolve))
  logger.end()
  await finished
}

test('winston writes its lines as app_log events', async () => {
  const { events, trail } = recording()
  const logger = winston.createLogger({ transports: [trailTransport({ trail }) as never] })
  logger.warn('the import was late', { minutes: 12 })
  await finish(logger)
  expect(events).toMatchObject([
    { name: 'app_log', outcome: 'success', reason: 'the import was late', details: { level: 'warn', minutes: 12 } },
  ])
})

test('a message that is no text stands among the details, where it is redacted by its names', async () => {
  const { events, trail } = recording()
  const logger = winston.createLogger({ transports: [trailTransport({ trail }) as never] })
  logger.info({ message: { step: 'login', password: 'planted' } } as never)
  await finish(logger)
  expect(events).toMatchObject([{ details: { level: 'info', message: { step: 'login', password: 'planted' } } }])
  expect(events[0]).not.toHaveProperty('reason')
})

test('a line that can not be written is told, and the next one is tried', async () => {
  const told: unknown[] = []
  const failure = new UnavailableError('full')
  const { events, trail } = recording(() => Promise.reject(failure))
  const transport = trailTransport({ trail, onError: (error) => told.push(error) })
  const logger = winston.createLogger({ transports: [transport as never] })
  logger.info('one')
  logger.info('two')
  await finish(logger)
  expect(events.map(({ reason }) => reason)).toEqual(['one', 'two'])
  expect(told).toEqual([failure, failure])
})

test.each([
  [{}, 'ERR_OPTION_MISSING'],
  [{ trail: {} }, 'ERR_OPTION_INVALID'],
  [{ trail: { record() {} }, onEror() {} }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %j', (options, code) => {
  expect(() => trailTransport(options as never)).toThrow(expect.objectContaining({ code }))
})
