import { expect, test } from '@jest/globals'
import { checkEvent } from '../../src/event/check-event.ts'
import type { AuditEvent } from '../../src/index.ts'

const EVENT: AuditEvent = { name: 'sensitive_read', outcome: 'success' }

test.each<Partial<AuditEvent>>([
  {},
  { outcome: 'unknown' },
  { who: { kind: 'bearer', subject: 'ada', issuer: undefined }, resource: { type: 'order' }, flags: [] },
  { who: { kind: 'bearer', subject: 'ada', onBehalfOf: { kind: 'session', subject: 'bob' } } },
  { name: 'app_anything', reason: '', details: {}, changes: {}, amount: { value: 1 }, where: {} },
])('an event may be %j', (members) => {
  expect(() => checkEvent({ ...EVENT, ...members })).not.toThrow()
})

test.each([
  [{ name: 'x' }, 'snake_case'],
  [{ name: 'trail_pruned' }, 'Only the trail itself'],
  [{ outcome: 'perhaps' }, 'the outcome is'],
  [{ reason: 7 }, '"reason" is a text'],
  [{ requestId: null }, '"requestId" is a text'],
  [{ dataSubject: 7 }, '"dataSubject" is a text'],
  [{ who: 'ada' }, '"who" has'],
  [{ who: null }, '"who" has'],
  [{ who: { kind: 'bearer' } }, '"who" has'],
  [{ who: { kind: 'bearer', subject: 7 } }, '"who" has'],
  [{ resource: 'order' }, '"resource" has'],
  [{ resource: { type: 'order', id: 7 } }, '"resource" has'],
  [{ resource: Promise.resolve({ type: 'order' }) }, '"resource" has'],
  [{ flags: 'pci' }, '"flags" is a list'],
  [{ flags: ['iso'] }, '"flags" is a list'],
  [{ details: 'x' }, '"details" is an object'],
  [{ changes: null }, '"changes" is an object'],
])('%j is none', (members, says) => {
  expect(() => checkEvent({ ...EVENT, ...members } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_EVENT_INVALID', message: expect.stringContaining(says) }),
  )
})

test.each([null, undefined, 7, 'sensitive_read'])('%j is none either', (event) => {
  expect(() => checkEvent(event as never)).toThrow(expect.objectContaining({ code: 'ERR_EVENT_INVALID' }))
})
