import { recordEvents, testRequest } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import {
  type BlocklistEntry,
  type BlocklistOptions,
  type BlockStore,
  blocklist,
  memoryBlocks,
} from '../../src/index.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

type Way = 'up' | 'rejects' | 'throws' | 'hangs'

/** A store that is asked over a network, and can be lost in several ways. */
function unsteadyStore(memory: BlockStore = memoryBlocks()) {
  const control = { way: 'up' as Way, calls: [] as string[], delayMs: 0 }
  const answer = async <T>(name: string, value: () => T): Promise<T> => {
    control.calls.push(name)
    const { way, delayMs } = control
    if (way === 'rejects') throw new Error('down')
    if (way === 'hangs') return new Promise(() => {})
    const answered = name === 'load' ? value() : undefined
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    return name === 'load' ? (answered as T) : value()
  }
  const guarded = <T>(name: string, value: () => T): Promise<T> => {
    if (control.way === 'throws') throw new Error('down')
    return answer(name, value)
  }
  const store: BlockStore = {
    put: (entry) => guarded('put', () => memory.put(entry)) as Promise<void>,
    remove: (target) => guarded('remove', () => memory.remove(target)) as Promise<void>,
    load: () => guarded('load', () => memory.load()) as Promise<readonly BlocklistEntry[]>,
  }
  return { control, store, memory }
}

function listOn(options: BlocklistOptions) {
  const errors: Error[] = []
  const list = blocklist({ onError: (error) => errors.push(error as Error), ...options })
  const kindFor = async (address: string) => {
    const asked = Promise.resolve(list.addresses.check(testRequest({ address }), {}))
    await jest.advanceTimersByTimeAsync(0)
    return (await asked).kind
  }
  return { list, errors, kindFor }
}

const unavailable = { code: 'ERR_DEPENDENCY_UNAVAILABLE' }

test('a factory asks nothing and sets no timer; the first request waits for the list', async () => {
  const { store, control, memory } = unsteadyStore()
  await memory.put({ target: 'address 192.0.2.1', until: undefined })
  const { list } = listOn({ store })
  expect([control.calls, jest.getTimerCount()]).toEqual([[], 0])
  const [first, second] = [1, 2].map(() => list.addresses.check(testRequest({ address: '192.0.2.1' }), {}))
  expect(await first).toMatchObject({ kind: 'deny', problem: { code: 'blocked' } })
  expect(await second).toMatchObject({ kind: 'deny', problem: { code: 'blocked' } })
  expect(control.calls).toEqual(['load'])
  // From here on it is known.
  expect(list.addresses.check(testRequest({ address: '192.0.2.2' }), {})).toMatchObject({ kind: 'allow' })
  await list.close()
  expect(jest.getTimerCount()).toBe(0)
})

describe.each<Way>(['rejects', 'throws', 'hangs'])('a store that %s', (way) => {
  test('from the start: nobody passes while the list is unknown, unless the app chose so', async () => {
    const { store, control } = unsteadyStore()
    control.way = way
    const closed = listOn({ store, storeTimeout: '100ms' })
    const open = listOn({ store, storeTimeout: '100ms', onStoreLoss: 'open' })
    const asked = [closed, open].map(({ list }) => list.addresses.check(testRequest(), {}))
    await jest.advanceTimersByTimeAsync(200)
    const [refused, passed] = await Promise.all(asked)
    expect(refused).toMatchObject({ kind: 'deny', problem: { status: 503 } })
    expect(passed).toMatchObject({ kind: 'allow' })
    control.way = 'up'
    await jest.advanceTimersByTimeAsync(1000)
    expect(await closed.kindFor('192.0.2.1')).toBe('allow')
    expect(closed.errors).toHaveLength(1)
    await Promise.all([closed.list.close(), open.list.close()])
  })

  test('later: what was known stays in force, and both ends of that are told once', async () => {
    const recorder = recordEvents()
    const { store, control, memory } = unsteadyStore()
    await memory.put({ target: 'address 192.0.2.1', until: undefined })
    const { list, kindFor, errors } = listOn({ store, storeTimeout: '100ms' })
    expect(await kindFor('192.0.2.1')).toBe('deny')
    control.way = way
    await jest.advanceTimersByTimeAsync(5000)
    expect(await kindFor('192.0.2.1')).toBe('deny')
    expect(await kindFor('192.0.2.2')).toBe('allow')
    const refreshed = expect(list.refresh()).rejects.toMatchObject(unavailable)
    await jest.advanceTimersByTimeAsync(200)
    await refreshed
    control.way = 'up'
    await jest.advanceTimersByTimeAsync(1000)
    expect(recorder.events).toMatchObject([
      { name: 'rate_limit_store_lost', by: 'blocklist', outcome: 'failure' },
      { name: 'rate_limit_store_restored', by: 'blocklist', outcome: 'success' },
    ])
    expect(errors.map(({ cause }) => (cause as Error).message)).toEqual([
      way === 'hangs' ? 'The store of blocks did not answer in time.' : 'down',
    ])
    recorder.stop()
    await list.close()
  })

  test('while something is blocked: it rejects, holds here, and is stored when the store answers', async () => {
    const { store, control, memory } = unsteadyStore()
    await memory.put({ target: 'address 192.0.2.9', until: undefined })
    const { list, kindFor } = listOn({ store, storeTimeout: '100ms' })
    await kindFor('192.0.2.1')
    control.way = way
    const changed = Promise.all([
      expect(list.block('192.0.2.1')).rejects.toMatchObject(unavailable),
      expect(list.unblock('192.0.2.9')).rejects.toMatchObject(unavailable),
    ])
    await jest.advanceTimersByTimeAsync(3000)
    await changed
    expect([await kindFor('192.0.2.1'), await kindFor('192.0.2.9')]).toEqual(['deny', 'allow'])
    control.way = 'up'
    await jest.advanceTimersByTimeAsync(2000)
    expect([await kindFor('192.0.2.1'), await kindFor('192.0.2.9')]).toEqual(['deny', 'allow'])
    expect(await memory.load()).toEqual([{ target: 'address 192.0.2.1', until: undefined }])
    await list.close()
  })
})

test('a slow reading that began before does not undo a block or a lift', async () => {
  const { store, control, memory } = unsteadyStore()
  await memory.put({ target: 'address 192.0.2.9', until: undefined })
  const { list, kindFor } = listOn({ store })
  await kindFor('192.0.2.1')
  control.delayMs = 300
  await jest.advanceTimersByTimeAsync(500)
  control.delayMs = 0
  await list.block('192.0.2.1')
  await list.unblock('192.0.2.9')
  await jest.advanceTimersByTimeAsync(350)
  expect([await kindFor('192.0.2.1'), await kindFor('192.0.2.9')]).toEqual(['deny', 'allow'])
  await list.close()
})

test('of two readings the one that began last is what counts', async () => {
  const { store, control, memory } = unsteadyStore()
  const { list, kindFor } = listOn({ store })
  await kindFor('192.0.2.1')
  control.delayMs = 300
  const slow = list.refresh()
  control.delayMs = 0
  await memory.put({ target: 'address 192.0.2.1', until: undefined })
  await list.refresh()
  await jest.advanceTimersByTimeAsync(300)
  await slow
  expect(await kindFor('192.0.2.1')).toBe('deny')
  await list.close()
})

test('a block that is slow to store does not outlive its lifting', async () => {
  const { store, control, memory } = unsteadyStore()
  const { list } = listOn({ store })
  control.delayMs = 300
  const blocked = list.block('192.0.2.1')
  control.delayMs = 0
  const lifted = list.unblock('192.0.2.1')
  await jest.advanceTimersByTimeAsync(300)
  await Promise.all([blocked, lifted])
  expect(await memory.load()).toEqual([])
  await list.close()
})

test('what another has lifted is lifted here', async () => {
  const { store, memory } = unsteadyStore()
  const { list, kindFor } = listOn({ store })
  await list.block('192.0.2.1')
  await jest.advanceTimersByTimeAsync(1000)
  await memory.remove('address 192.0.2.1')
  await jest.advanceTimersByTimeAsync(1000)
  expect(await kindFor('192.0.2.1')).toBe('allow')
  await list.close()
})

describe('what a store hands over', () => {
  const holding = (loaded: unknown) => listOn({ store: { ...memoryBlocks(), load: async () => loaded as never } })

  test.each([undefined, null, 'none', {}, 7])('%p is no list', async (loaded) => {
    const { list, kindFor } = holding(loaded)
    expect(await kindFor('192.0.2.1')).toBe('deny')
    await expect(list.refresh()).rejects.toMatchObject(unavailable)
    await list.close()
  })

  test('what is no block is passed over and told of once; an end that can’t be read is none', async () => {
    const { list, kindFor, errors } = holding([
      null,
      7,
      {},
      { target: 'example.org' },
      { target: 7, until: undefined },
      { target: 'address 192.0.2.1', until: '1700000000000' },
      { target: 'address 192.0.2.2', until: null },
      { target: 'address 192.0.2.3', until: undefined },
    ])
    for (const host of [1, 2, 3]) expect(await kindFor(`192.0.2.${host}`)).toBe('deny')
    expect(await kindFor('192.0.2.4')).toBe('allow')
    await jest.advanceTimersByTimeAsync(5000)
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('7 entries')])
    await list.close()
  })
})

test('closed, it reads the store no more, and what was known stays in force', async () => {
  const { store, control, memory } = unsteadyStore()
  const { list, kindFor } = listOn({ store })
  await list.block('192.0.2.1')
  await Promise.all([list.close(), list.close()])
  const { length } = control.calls
  await memory.remove('address 192.0.2.1')
  await jest.advanceTimersByTimeAsync(5000)
  expect(await kindFor('192.0.2.1')).toBe('deny')
  expect([control.calls.length, jest.getTimerCount()]).toEqual([length, 0])
})

test('closed while it reads, it sets no timer any more', async () => {
  const { store, control } = unsteadyStore()
  control.delayMs = 100
  const { list } = listOn({ store })
  void list.addresses.check(testRequest(), {})
  await jest.advanceTimersByTimeAsync(550)
  await list.close()
  await jest.advanceTimersByTimeAsync(5000)
  expect(jest.getTimerCount()).toBe(0)
})
