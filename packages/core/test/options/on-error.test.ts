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
      [
        `${how}(): "onError" itself failed: pager away`,
        expect.objectContaining({ type: 'AshlarWarning', code: 'ERR_BACKGROUND_FAILURE' }),
      ],
    ])
  })

  test('left out, a warning says what caused the error, to the innermost that it can read', () => {
    const warned = warnings()
    const report = onError(undefined, new OptionPlace('caused()', 'onError'))
    const status = new Error('the status was 404')
    const cause = new AggregateError([status, new Error('other')], 'neither has them')
    report(new UnavailableError('No keys.', { cause: new Error('discovery failed', { cause }) }))
    report(new TypeError('circular', { cause: Object.assign(new Error('a'), { cause: new Error('b') }) }))
    report(new RangeError('odd', { cause: Object.create(null) }))
    const told = ['No keys.', 'discovery failed', 'neither has them', 'the status was 404']
    const texts = warned.mock.calls.map(([text]) => text)
    const positions = told.map((part) => String(texts[0]).indexOf(part))
    expect(positions).toEqual([...positions].sort((one, other) => one - other))
    expect(positions).not.toContain(-1)
    expect(texts[1]).toContain('Cause: a Cause: b')
    expect(texts[2]).toContain('can’t be read')
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
