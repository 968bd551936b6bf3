import { describe, expect, jest, test } from '@jest/globals'

import * as here from '../src/errors.ts'

let there: typeof here
await jest.isolateModulesAsync(async () => {
  there = await import('../src/errors.ts')
})

const { AshlarError, ConfigurationError, UnavailableError } = here

describe('instanceof', () => {
  test('the two copies are two', () => {
    expect(there.AshlarError).not.toBe(AshlarError)
    expect(Object.getPrototypeOf(there.ConfigurationError.prototype)).not.toBe(AshlarError.prototype)
  })

  test.each([
    ['this copy', here],
    ['another copy', there],
  ])('knows each kind of error of %s', (_name, copy) => {
    const general = new copy.AshlarError('ERR_STATE_MISSING', 'x')
    const configuration = new copy.ConfigurationError('ERR_OPTION_INVALID', 'x')
    const unavailable = new copy.UnavailableError('x')
    const kinds = [AshlarError, ConfigurationError, UnavailableError, Error]
    const asked = (error: unknown) => kinds.map((kind) => error instanceof kind)
    expect(asked(general)).toEqual([true, false, false, true])
    expect(asked(configuration)).toEqual([true, true, false, true])
    expect(asked(unavailable)).toEqual([true, false, true, true])
    expect(here.codeOf(configuration)).toBe('ERR_OPTION_INVALID')
  })

  test('a class that extends one of ours has no instances but its own', () => {
    class AppError extends AshlarError {}
    class ThereError extends there.AshlarError {}
    const error = new AppError('ERR_STATE_MISSING', 'x')
    expect(error).toBeInstanceOf(AppError)
    expect(error).toBeInstanceOf(AshlarError)
    expect(error).toBeInstanceOf(there.AshlarError)
    expect(error).not.toBeInstanceOf(ThereError)
    expect(new AshlarError('ERR_STATE_MISSING', 'x')).not.toBeInstanceOf(AppError)
    expect(new there.AshlarError('ERR_STATE_MISSING', 'x')).not.toBeInstanceOf(AppError)
  })

  test.each([
    undefined,
    null,
    'text',
    7,
    {},
    new Error('x'),
    Object.assign(new Error('x'), { name: 'AshlarError', code: 'ERR_STATE_MISSING' }),
    JSON.parse('{"Symbol(@ashlar/core error 1)":true,"code":"ERR_STATE_MISSING"}'),
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('not to be read')
        },
      },
    ),
    Proxy.revocable({}, {}).proxy,
  ])('no other value is one: %#', (value) => {
    expect(value instanceof AshlarError).toBe(false)
    expect(here.codeOf(value)).toBeUndefined()
  })

  test('what can be anything never throws when it is asked about', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(proxy instanceof AshlarError).toBe(false)
    expect(here.codeOf(proxy)).toBeUndefined()
  })
})

test('an error of configuration names the page that an installed package has', () => {
  const error = new ConfigurationError('ERR_OPTION_INVALID', 'x')
  expect(error.page).toBe('node_modules/@ashlar/core/reference/errors/ERR_OPTION_INVALID.md')
})
