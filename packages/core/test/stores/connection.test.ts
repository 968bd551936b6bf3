import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import { OptionPlace } from '../../src/options.ts'
import { checkEncrypted, type Link } from '../../src/stores.ts'

const AT = new OptionPlace('redisX()', 'redis')
const REFUSED = expect.objectContaining({
  name: 'ConfigurationError',
  code: 'ERR_CONNECTION_NOT_ENCRYPTED',
  where: 'redisX()',
  option: 'redis',
})

let warnings: jest.SpiedFunction<typeof process.emitWarning>
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})
afterEach(() => {
  jest.restoreAllMocks()
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
})

const TLS = {}
const required = (links: readonly Link[] | undefined) => () => checkEncrypted(AT, 'Redis', links, true)

test.each([
  'localhost',
  'LOCALHOST',
  'cache.localhost',
  'localhost.',
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
  '/var/run/redis.sock',
])('%s is this machine', (host) => {
  required([{ host, tls: undefined }])()
  expect(warnings).not.toHaveBeenCalled()
})

test.each([
  'cache',
  '10.0.0.7',
  'localhost.example.com',
  '127.0.0.1.example.com',
  '128.0.0.1',
  '0.0.0.0',
  '',
  'fe80::1',
])('what goes to %j without TLS is refused where TLS is required', (host) => {
  expect(required([{ host, tls: undefined }])).toThrow(REFUSED)
  required([{ host, tls: TLS }])()
})

test('of several links each must be encrypted', () => {
  const [good, bad] = [
    { host: 'one', tls: TLS },
    { host: 'two', tls: undefined },
  ]
  required([good, good])()
  expect(required([good, bad])).toThrow('at two without TLS')
})

test('TLS with whatever certificate is refused as well', () => {
  expect(required([{ host: 'cache', tls: { rejectUnauthorized: false } }])).toThrow('with whatever certificate')
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  expect(required([{ host: 'cache', tls: TLS }])).toThrow('with whatever certificate')
  required([{ host: 'cache', tls: { rejectUnauthorized: true } }])()
})

test('what can’t be told is refused where TLS is required', () => {
  expect(required(undefined)).toThrow('does not say how it reaches Redis')
})

describe('where it is not required', () => {
  test('a warning says it, once for each server', () => {
    for (const host of ['warned.example', 'warned.example', 'other.example']) {
      checkEncrypted(AT, 'Redis', [{ host, tls: undefined }], false)
    }
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringContaining('at warned.example without TLS'),
        expect.objectContaining({ code: 'ERR_CONNECTION_NOT_ENCRYPTED' }),
      ],
      [expect.stringContaining('at other.example without TLS'), expect.anything()],
    ])
  })

  test('what can’t be told is let be', () => {
    checkEncrypted(AT, 'Redis', undefined, false)
    expect(warnings).not.toHaveBeenCalled()
  })
})
