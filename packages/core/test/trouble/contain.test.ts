import { afterEach, expect, jest, test } from '@jest/globals'

import { contain } from '../../src/trouble/contain.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

const trouble = new Error('trouble')
const fail = (): never => {
  throw trouble
}
/** An object with a `then`, which is what a promise of any library is. */
const thenable = (then: unknown): object => Object.defineProperty({}, 'then', { value: then })

const turn = () => new Promise(setImmediate)

class Foreign extends Promise<never> {}

const troubles: Readonly<Record<string, () => unknown>> = {
  throws: fail,
  rejects: () => Promise.reject(trouble),
  'is async and throws': async () => fail(),
  'answers a thenable that rejects': () => thenable((_: unknown, reject: (error: unknown) => void) => reject(trouble)),
  'answers a thenable that throws': () => thenable(fail),
  'answers a thenable that rejects twice': () =>
    thenable((_: unknown, reject: (error: unknown) => void) => {
      reject(trouble)
      reject(trouble)
      throw trouble
    }),
  'answers a function with a then that throws': () => Object.defineProperty(() => undefined, 'then', { value: fail }),
  'answers an object whose then can’t be read': () => Object.defineProperty({}, 'then', { get: fail }),
  'answers a Proxy that throws': () => new Proxy({}, { get: fail }),
  'answers a thenable that resolves to one that rejects': () =>
    thenable((resolve: (value: unknown) => void) => resolve(Promise.reject(trouble))),
  'rejects as a promise of another class': () => Foreign.reject(trouble),
}

test.each(Object.entries(troubles))('what %s is told once', async (_, call) => {
  const told: unknown[] = []
  expect(contain(call, (error) => told.push(error))).toBeUndefined()
  await turn()
  expect(told).toEqual([trouble])
})

test.each([undefined, null, 7, 'x', {}, thenable(7), Promise.resolve(), thenable((done: () => void) => done())])(
  'an answer of %p is no trouble',
  async (answer) => {
    const told: unknown[] = []
    contain(
      () => answer,
      (error) => told.push(error),
    )
    await turn()
    expect(told).toEqual([])
  },
)

test('a throw is told before it returns', () => {
  const told: unknown[] = []
  contain(fail, (error) => told.push(error))
  expect(told).toEqual([trouble])
})

test.each(Object.entries(troubles))('a teller that itself %s is a warning', async (_, call) => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const rejections: unknown[] = []
  const note = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', note)
  try {
    contain(fail, call)
    contain(() => Promise.reject(trouble), call)
    await turn()
  } finally {
    process.off('unhandledRejection', note)
  }
  expect(rejections).toEqual([])
  // Said once a process, so by the first of these tests only.
  expect(warned.mock.calls.length).toBeLessThanOrEqual(1)
})

test('the trouble of who tells of trouble is one warning', async () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  for (const call of Object.values(troubles)) contain(call)
  await turn()
  expect(warned.mock.calls.length).toBeLessThanOrEqual(1)
  for (const call of Object.values(troubles)) expect(contain(call)).toBeUndefined()
  await turn()
  expect(warned.mock.calls.length).toBeLessThanOrEqual(1)
})
