import { describe, expect, jest, test } from '@jest/globals'

import { adapterSettings } from '../../src/adapter.ts'

describe('the options of an adapter', () => {
  test('have safe defaults', () => {
    const before = process.env['NODE_ENV']
    try {
      for (const [environment, development] of [
        ['development', true],
        ['production', false],
        ['test', false],
        ['Development', false],
        [undefined, false],
      ] as const) {
        if (environment === undefined) delete process.env['NODE_ENV']
        else process.env['NODE_ENV'] = environment
        expect(adapterSettings({})).toEqual({
          trust: undefined,
          development,
          guardTimeoutMs: 10_000,
          onError: undefined,
        })
      }
    } finally {
      process.env['NODE_ENV'] = before
    }
  })

  test('are checked', () => {
    for (const [options, code] of [
      [{ trustProxy: true }, 'ERR_OPTION_UNKNOWN'],
      [{ trustedProxies: 'loopback' }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: [7] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['localhost'] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['10.0.0.0/33'] }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: ['0.0.0.0/0'] }, 'ERR_OPTION_UNSAFE'],
      [{ trustedProxies: ['::/0'] }, 'ERR_OPTION_UNSAFE'],
      [{ guardTimeoutMs: 50 }, 'ERR_OPTION_UNKNOWN'],
      [{ guardTimeout: 50 }, 'ERR_OPTION_INVALID'],
      [{ guardTimeout: '0s' }, 'ERR_OPTION_INVALID'],
      [{ guardTimeout: '25d' }, 'ERR_OPTION_INVALID'],
      [{ trustedProxies: null }, 'ERR_OPTION_INVALID'],
      [{ development: 'yes' }, 'ERR_OPTION_INVALID'],
      [{ onError: 'console' }, 'ERR_OPTION_INVALID'],
    ] as const) {
      expect(() => adapterSettings(options as never)).toThrow(expect.objectContaining({ code }))
    }
  })

  test('take a time with its unit', () => {
    expect(adapterSettings({ guardTimeout: '1.5s' }).guardTimeoutMs).toBe(1500)
  })

  test('an onError that fails changes nothing', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const { onError } = adapterSettings({ onError: () => Promise.reject(new Error('pager away')) as never })
      onError?.(new Error('x'))
      await new Promise(setImmediate)
      expect(warned.mock.calls).toEqual([
        [
          'adapter(): "onError" itself failed: pager away',
          expect.objectContaining({ type: 'AshlarWarning', code: 'ERR_BACKGROUND_FAILURE' }),
        ],
      ])
    } finally {
      warned.mockRestore()
    }
  })
})
