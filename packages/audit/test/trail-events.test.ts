import { publishEvent } from '@ashlar/core'
import { afterEach, expect, test } from '@jest/globals'

import { type AuditEvent, type Trail, trailEvents } from '../src/index.ts'

const recorded: AuditEvent[] = []
const trail = { record: async (event: AuditEvent) => recorded.push(event) } as unknown as Trail
const log = trailEvents({ trail })
afterEach(() => void recorded.splice(0))

test.each(['success', 'failure', 'refused'] as const)('an event of the outcome %s is recorded as one', (outcome) => {
  publishEvent({ name: 'rate_limit_store_lost', by: 'rate limit api', outcome, reason: 'the store is lost' })
  expect(recorded).toMatchObject([
    { name: 'rate_limit_store_lost', outcome, reason: 'the store is lost', details: { by: 'rate limit api' } },
  ])
})

test('whom and what an event is about is recorded', () => {
  const subject = { subject: 'ada', issuer: 'https://i' }
  publishEvent({ name: 'blocklist_added', by: 'b', outcome: 'success', subject, object: { kind: 'block', id: '7' } })
  expect(recorded).toMatchObject([{ dataSubject: 'ada', resource: { type: 'block', id: '7' }, details: { subject } }])
})

test('nothing is recorded once it has stopped', () => {
  log.stop()
  publishEvent({ name: 'guard_failed', by: 'b', outcome: 'failure' })
  expect(recorded).toEqual([])
})
