import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { fakeClock } from '@ashlar/testkit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { outlivedSegments } from '../../src/trail/retention.ts'
import { newFolder, openTrail, sampleEvent } from './sample-trail.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

let folder: string
beforeEach(() => {
  folder = newFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A log with a record at each of these times, four to a segment or so. */
async function logOf(...times: readonly number[]): Promise<string> {
  const clock = fakeClock(NOW)
  const trail = await openTrail(folder, { clock, segmentBytes: 1500 })
  for (const [id, time] of times.entries()) {
    clock.advance(time - clock.now())
    await trail.record(sampleEvent(id))
  }
  await trail.close()
  return join(folder, 'writer-1')
}

test('segments that another one follows, all of it older', async () => {
  const log = await logOf(...Array.from({ length: 20 }, (_, id) => NOW + id * DAY))
  const outlived = await outlivedSegments(log, NOW + 10 * DAY)
  expect(outlived!.through).toBeGreaterThan(4)
  expect(outlived!.through).toBeLessThanOrEqual(10)
  expect(await outlivedSegments(log, NOW)).toBeUndefined()
})

test('the last one stays, however old it is', async () => {
  const log = await logOf(NOW, NOW, NOW)
  expect(await outlivedSegments(log, NOW + 1000 * DAY)).toBeUndefined()
})

// Whichever record is the first of a segment.
test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a clock that was set back does not make older what was written before it: behind %i records',
  async (count) => {
    const log = await logOf(...Array<number>(count).fill(NOW), ...Array<number>(8).fill(0))
    expect(await outlivedSegments(log, NOW - 90 * DAY)).toBeUndefined()
  },
)
