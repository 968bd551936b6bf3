import { Writable } from 'node:stream'

import { describe, expect, test } from '@jest/globals'

import { trailContract } from '../../src/contract.ts'
import { type AuditRecord, streamTrail } from '../../src/index.ts'
import { sampleEvent } from './sample-trail.ts'

function collecting(): { readonly stream: Writable; records(): AuditRecord[] } {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  const lines = () => chunks.join('').split('\n').slice(0, -1)
  return { stream, records: () => lines().map((line) => JSON.parse(line) as AuditRecord) }
}

trailContract({ describe, test, expect }, () => {
  const { stream, records } = collecting()
  return { trail: streamTrail({ stream }), records }
})

test('a stream that fails rejects, and its records have no number', async () => {
  const failure = new Error('pipe closed')
  const told: unknown[] = []
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(failure) })
  const trail = streamTrail({ stream, onError: (error) => told.push(error) })
  const rejected = { code: 'ERR_DEPENDENCY_UNAVAILABLE', cause: failure }
  await expect(trail.record(sampleEvent(1))).rejects.toMatchObject(rejected)
  await expect(trail.record(sampleEvent(2))).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  // Without a listener of the trail's own this would have ended the process.
  expect(told[0]).toBe(failure)
  await trail.close()
})

test('once it is closed the stream is the app’s alone', async () => {
  const { stream } = collecting()
  const trail = streamTrail({ stream })
  expect(stream.listenerCount('error')).toBe(1)
  await trail.close()
  expect(stream.listenerCount('error')).toBe(0)
  expect(stream.writable).toBe(true)
})

test.each([
  [{}, 'ERR_OPTION_MISSING'],
  [{ stream: {} }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, maxPending: 'lots' }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, maxPending: 0 }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, maxPending: -1 }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, maxPending: Number.NaN }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, service: '' }, 'ERR_OPTION_INVALID'],
  [{ stream: process.stdout, maxPendin: 1 }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %#', (options, code) => {
  expect(() => streamTrail(options as never)).toThrow(expect.objectContaining({ code }))
})
