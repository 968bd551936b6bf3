import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import { type CheckpointPlan, CheckpointSchedule } from '../../src/storage.ts'

let unsigned = 0
let notes: string[] = []
let told: unknown[] = []

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] })
  unsigned = 0
  notes = []
  told = []
})
afterEach(() => {
  jest.useRealTimers()
})

function schedule(plan: Partial<CheckpointPlan> = {}): CheckpointSchedule {
  return new CheckpointSchedule({
    records: 10,
    everyMs: 1000,
    unsigned: () => unsigned,
    async sign() {
      if (unsigned === 0) return undefined
      unsigned = 0
      return 'note'
    },
    between: (task) => task(),
    onCheckpoint: (note) => notes.push(note),
    onError: (error) => told.push(error),
    ...plan,
  })
}

test('after so many records it signs at once', async () => {
  const made = schedule()
  unsigned = 9
  await made.settled()
  expect(notes).toEqual([])
  unsigned = 10
  await made.settled()
  expect(notes).toEqual(['note'])
})

test('and no later than so long after a record', async () => {
  const made = schedule()
  unsigned = 1
  await made.settled()
  await jest.advanceTimersByTimeAsync(999)
  expect(notes).toEqual([])
  await jest.advanceTimersByTimeAsync(1)
  expect(notes).toEqual(['note'])
  await jest.advanceTimersByTimeAsync(10_000)
  expect(notes).toEqual(['note'])
})

test('a signature that fails is told, and tried again', async () => {
  const failure = new Error('no space left')
  let broken = true
  const made = schedule({
    sign: () => {
      if (broken) return Promise.reject(failure)
      unsigned = 0
      return Promise.resolve('note')
    },
  })
  unsigned = 10
  await made.settled()
  expect(told).toEqual([failure])
  broken = false
  await jest.advanceTimersByTimeAsync(1000)
  expect(notes).toEqual(['note'])
})

test('closing signs what is left and waits for the witness', async () => {
  let arrived: () => void = () => {}
  const made = schedule({
    onCheckpoint: () =>
      new Promise<void>((resolve) => {
        arrived = resolve
      }),
  })
  unsigned = 1
  let closed = false
  const closing = made.close().then(() => {
    closed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect([unsigned, closed]).toEqual([0, false])
  arrived()
  await closing
})

test.each([
  [
    'throws',
    () => {
      throw new Error('away')
    },
  ],
  ['rejects', () => Promise.reject(new Error('away'))],
])('a witness that %s is told of, and holds up nothing', async (_, onCheckpoint) => {
  const made = schedule({ onCheckpoint })
  unsigned = 10
  await made.settled()
  await made.close()
  expect(told).toMatchObject([{ code: 'ERR_DEPENDENCY_UNAVAILABLE', cause: { message: 'away' } }])
})
