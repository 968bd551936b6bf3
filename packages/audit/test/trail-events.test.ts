import { publishEvent, UnavailableError } from '@ashlar/core'
import { afterEach, expect, test } from '@jest/globals'

import { type AuditEvent, type Trail, type TrailEventsOptions, trailEvents } from '../src/index.ts'

const recorded: AuditEvent[] = []
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  recorded.splice(0)
  for (const log of opened.splice(0)) await log.close()
})

function listen(options: Partial<TrailEventsOptions> = {}, record: (event: AuditEvent) => unknown = async () => {}) {
  const trail = {
    record(event: AuditEvent) {
      recorded.push(event)
      return record(event)
    },
  } as unknown as Trail
  const log = trailEvents({ trail, ...options })
  opened.push(log)
  return log
}

const happened = () => publishEvent({ name: 'guard_failed', by: 'b', outcome: 'failure' })

test.each(['success', 'failure', 'refused'] as const)('an event of the outcome %s is recorded as one', (outcome) => {
  listen()
  publishEvent({ name: 'rate_limit_store_lost', by: 'rate limit api', outcome, reason: 'the store is lost' })
  expect(recorded).toMatchObject([
    { name: 'rate_limit_store_lost', outcome, reason: 'the store is lost', details: { by: 'rate limit api' } },
  ])
})

test('whom and what an event is about is recorded', () => {
  listen()
  const subject = { subject: 'ada', issuer: 'https://i' }
  publishEvent({ name: 'blocklist_added', by: 'b', outcome: 'success', subject, object: { kind: 'block', id: '7' } })
  expect(recorded).toMatchObject([{ dataSubject: 'ada', resource: { type: 'block', id: '7' }, details: { subject } }])
})

test('nothing is recorded once it is closed', async () => {
  await listen().close()
  happened()
  expect(recorded).toEqual([])
})

test('closing waits for what it has heard of, written or lost', async () => {
  const ends: ((error?: unknown) => void)[] = []
  const log = listen(
    { onError: () => undefined },
    () => new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve()))),
  )
  happened()
  happened()
  let closed = false
  const closing = log.close().then(() => {
    closed = true
  })
  ends[0]!()
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(false)
  ends[1]!(new Error('full'))
  await closing
})

test('what can not be written is told once for each row of failures', async () => {
  const told: unknown[] = []
  let broken = true
  const failure = new UnavailableError('full')
  listen({ onError: (error) => told.push(error) }, () => (broken ? Promise.reject(failure) : Promise.resolve()))
  const turn = async () => {
    happened()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await turn()
  await turn()
  expect(told).toEqual([failure])
  broken = false
  await turn()
  broken = true
  await turn()
  expect(told).toEqual([failure, failure])
})

test('a trail that throws is one that can not be written', () => {
  const told: unknown[] = []
  const failure = new Error('broken')
  listen({ onError: (error) => told.push(error) }, () => {
    throw failure
  })
  happened()
  expect(told).toEqual([failure])
})

test.each([
  [{}, 'ERR_OPTION_MISSING'],
  [{ trail: {} }, 'ERR_OPTION_INVALID'],
  [{ trail: Promise.resolve() }, 'ERR_OPTION_INVALID'],
  [{ trail: { record() {} }, requests: 'yes' }, 'ERR_OPTION_INVALID'],
  [{ trial: {} }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %j', (options, code) => {
  expect(() => trailEvents(options as never)).toThrow(expect.objectContaining({ code }))
})
