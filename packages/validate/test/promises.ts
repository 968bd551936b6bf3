import { expect } from '@jest/globals'

/** Runs what might leave a promise behind, and expects that none rejects with nobody there: it would end the process. */
export async function expectNothingLoose(run: () => unknown): Promise<void> {
  const loose: unknown[] = []
  const onLoose = (error: unknown) => loose.push(error)
  process.on('unhandledRejection', onLoose)
  try {
    await run()
    // Node tells of them when the microtasks have run out.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', onLoose)
  }
  expect(loose).toEqual([])
}

/** What a query builder is: no promise, and as good as one. */
export function thenable<Value>(value: Value): PromiseLike<Value> {
  const query = {}
  const then = (done: (value: Value) => unknown) => void done(value)
  return Object.defineProperty(query, 'then', { value: then }) as PromiseLike<Value>
}
