import { recordEvents } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { ALLOW, allow, deny, problem, publishEvent, respond, type SecurityEvent, shadow } from '../../src/index.ts'
import { decide, guardThat } from '../recording-port.ts'

const time = expect.any(Number)
let recorder = recordEvents()
recorder.stop()
beforeEach(() => {
  recorder = recordEvents()
})
afterEach(() => recorder.stop())

test('an event of no request holds what happened and nothing else', () => {
  publishEvent({ name: 'breaker_opened', by: 'breaker', outcome: 'failure' })
  expect(recorder.events).toStrictEqual([{ name: 'breaker_opened', time, by: 'breaker', outcome: 'failure' }])
})

test('of what is given whole only the allowed members are published, frozen', () => {
  const request = { id: 'id', method: 'GET', route: '/:id', address: undefined, headers: { cookie: 'hunter2' } }
  const subject = { kind: 'bearer', subject: 'ada', issuer: 'https://i', claims: { secret: 'hunter2' } }
  const object = { kind: 'session', id: 'ses_1', secret: 'hunter2' }
  const decision = { guard: 'g', layer: 'custom', outcome: 'deny', problem: 'hunter2' } as const
  const more = { secret: 'hunter2' }
  publishEvent({ name: 'authz_fail', by: 'g', outcome: 'refused', request, subject, object, decision, ...more })
  expect(recorder.events).toStrictEqual([
    {
      name: 'authz_fail',
      time,
      by: 'g',
      outcome: 'refused',
      request: { id: 'id', method: 'GET', route: '/:id', address: undefined },
      subject: { kind: 'bearer', subject: 'ada', issuer: 'https://i' },
      object: { kind: 'session', id: 'ses_1' },
      decision: { guard: 'g', layer: 'custom', outcome: 'deny' },
    },
  ])
  const [event] = recorder.events
  for (const part of [event, ...Object.values(event!)]) expect(Object.isFrozen(part)).toBe(true)
})

test('what is published later does not change with what it was made of', () => {
  const request = { id: 'id', method: 'GET', route: undefined, address: undefined }
  publishEvent({ name: 'guard_failed', by: 'g', outcome: 'failure', request })
  request.method = 'POST'
  expect(recorder.events).toMatchObject([{ request: { method: 'GET' } }])
})

describe('the outcome of an event that a verdict raised', () => {
  const event = 'authz_fail'
  const outcomes = (): unknown[] => (recorder.events as SecurityEvent[]).map(({ outcome }) => outcome).slice(0, 1)

  test.each([
    ['refused', guardThat(() => deny(problem('not-permitted'), { event }))],
    ['failure', shadow(guardThat(() => deny(problem('not-permitted'), { event })))],
    [
      'failure',
      guardThat(() => {
        throw new Error('a defect')
      }),
    ],
    ['success', guardThat(() => allow({}, { event }))],
    ['success', guardThat(() => respond(204, { event }))],
  ])('is %s', async (outcome, guard) => {
    await decide([guard, guardThat(() => ALLOW)])
    expect(outcomes()).toEqual([outcome])
  })
})
