import { type AshlarEvent, onEvent } from '@ashlar/core'
import { afterEach, expect, test } from '@jest/globals'

import { GroupCommit, type GroupCommitOptions } from '../../src/storage.ts'

const events: AshlarEvent[] = []
const stop = onEvent((event) => events.push(event))
afterEach(() => void events.splice(0))
test('events are heard', () => expect(stop).toBeInstanceOf(Function))

function commit(options: Partial<GroupCommitOptions> = {}): {
  readonly commit: GroupCommit
  readonly written: string[]
} {
  const written: string[] = []
  return {
    written,
    commit: new GroupCommit({
      log: 'trail.example/writer-1',
      async write(batch) {
        written.push(batch.map(({ body }) => body).join(' '))
        return 1
      },
      settled: async () => {},
      maxPending: 100,
      ...options,
    }),
  }
}

test('a task runs behind the batch in hand, however many wait behind it', async () => {
  const { commit: group, written } = commit({ maxBatch: 2 })
  let busy = true
  // Each answer brings the next record, as from an app that is never idle.
  async function writer(): Promise<void> {
    while (busy) await group.add({ body: 'r' })
  }
  const writers = [writer(), writer(), writer(), writer()]
  await group.add({ body: 'first' })
  const before = written.length
  await group.between(async () => {
    written.push('task')
  })
  expect(written.indexOf('task')).toBeLessThanOrEqual(before + 2)
  busy = false
  await Promise.all(writers)
})

test('a task that fails rejects for whoever asked, and the records go on', async () => {
  const { commit: group, written } = commit()
  const failure = new Error('no key')
  await expect(group.between(() => Promise.reject(failure))).rejects.toBe(failure)
  await group.add({ body: 'a' })
  expect(written).toEqual(['a'])
})

test('one event when records can not be written any more, and one when they can again', async () => {
  let failure: Error | undefined = new Error('no space left')
  const { commit: group } = commit({ write: async () => (failure ? Promise.reject(failure) : 1) })
  for (let id = 0; id < 3; id++) await expect(group.add({ body: 'a' })).rejects.toBe(failure)
  failure = undefined
  await group.add({ body: 'a' })
  await group.add({ body: 'a' })
  expect(events).toMatchObject([
    { name: 'trail_lost', by: 'trail trail.example/writer-1', outcome: 'failure' },
    { name: 'trail_restored', outcome: 'success', reason: 'records are written again; 3 could not be' },
  ])
})

test('closing writes what waits and takes no more', async () => {
  const { commit: group, written } = commit()
  const waiting = group.add({ body: 'a' })
  await group.close()
  expect(await waiting).toBe(1)
  expect(written).toEqual(['a'])
  await expect(group.add({ body: 'b' })).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
})
