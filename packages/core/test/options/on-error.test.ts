import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { UnavailableError } from '../../src/index.ts'
import { OptionPlace, onError } from '../../src/options.ts'
import { AT } from './reading.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

describe('onError', () => {
  const turn = () => new Promise(setImmediate)
  const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)

  test('is told of each error', () => {
    const told: unknown[] = []
    const report = onError((error: unknown) => void told.push(error), AT)
    report('a')
    report(undefined)
    expect(told).toEqual(['a', undefined])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('pager away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('pager away'))],
  ])('one that %s is a warning, once', async (how, fails) => {
    const warned = warnings()
    const report = onError(fails, new OptionPlace(`${how}()`, 'onError'))
    expect(report(new Error('1'))).toBeUndefined()
    report(new Error('2'))
    await turn()
    expect(warned.mock.calls).toEqual([
      [`${how}(): "onError" itself failed: pager away`, { type: 'AshlarWarning', code: 'ERR_BACKGROUND_FAILURE' }],
    ])
  })

  test('left out, each kind of error is a warning, once', () => {
    const warned = warnings()
    const report = onError(undefined, new OptionPlace('trail()', 'onError'))
    for (let i = 0; i < 3; i++) {
      report(new UnavailableError(`The store did not answer within ${i} ms.`))
      report(new TypeError(`entry ${i} is not iterable`))
    }
    report(Object.create(null))
    expect(warned.mock.calls.map(([text, options]) => [text, (options as { code: string }).code])).toEqual([
      [
        'trail(): UnavailableError: The store did not answer within 0 ms. (said once; give "onError" to be told of each)',
        'ERR_DEPENDENCY_UNAVAILABLE',
      ],
      [
        'trail(): TypeError: entry 0 is not iterable (said once; give "onError" to be told of each)',
        'ERR_BACKGROUND_FAILURE',
      ],
      ['trail(): an error that can’t be read (said once; give "onError" to be told of each)', 'ERR_BACKGROUND_FAILURE'],
    ])
  })
})
