import { describe, expect, test } from '@jest/globals'

import { having } from '../../src/options.ts'
import { AT, message } from './reading.ts'

describe('having()', () => {
  interface Store {
    find(): void
    save(): void
  }
  const reader = having<Store>(['find', 'save'], 'memoryStore()')
  const must = 'must be an object with find(), save(), such as memoryStore(), not'

  test('takes an instance of any class, as it is', () => {
    class Own implements Store {
      find() {}
      save() {}
    }
    const store = new Own()
    expect(reader(store, AT)).toBe(store)
  })

  test.each([
    [undefined, 'is required. Give it memoryStore().'],
    [{ find() {} }, `${must} an object without save().`],
    [Promise.resolve({}), `${must} a promise. Await it first.`],
    [() => undefined, `${must} a function.`],
    [new Map(), `${must} a Map.`],
  ])('of %#', (value, says) => {
    expect(message(reader, value)).toBe(says)
  })
})
