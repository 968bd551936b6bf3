import { describe, expect, test } from '@jest/globals'

import { isThenable } from '../../src/time/is-thenable.ts'

describe('isThenable()', () => {
  test('knows everything that await waits for', () => {
    const method = (): void => undefined
    class Sub extends Promise<void> {}
    for (const value of [
      Promise.resolve(),
      Sub.resolve(),
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      { then: method },
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      Object.assign(method.bind(undefined), { then: method }),
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      Object.create({ then: method }),
      new Proxy(Promise.resolve(), {}),
    ]) {
      expect(isThenable(value)).toBe(true)
    }
  })

  test('is not misled by what has no such method', () => {
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    for (const value of [undefined, null, 0, 'then', true, Symbol('then'), {}, [], { then: true }, () => undefined]) {
      expect(isThenable(value)).toBe(false)
    }
  })

  test('takes one whose then can not be read for one, as await does', () => {
    const value = {
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      get then() {
        throw new Error('unreadable')
      },
    }
    expect(isThenable(value)).toBe(true)
  })
})
