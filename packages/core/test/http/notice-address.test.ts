import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import type { TrustProxy } from '../../src/http.ts'

/** A copy of the module for each test, since each warning is given once a process. */
let headOf: (trust: TrustProxy, headers: Record<string, string>, raw?: object) => { readonly address: unknown }
let compileTrust: (proxies: readonly string[]) => TrustProxy
let warned: jest.SpiedFunction<typeof process.emitWarning>

beforeEach(async () => {
  jest.resetModules()
  const { RequestHead } = await import('../../src/adapter.ts')
  const http = await import('../../src/http.ts')
  compileTrust = http.compileTrust
  headOf = (trust, headers, raw = from('127.0.0.1')) => new RequestHead({ headers, ...raw } as never, '/', trust)
  warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  jest.restoreAllMocks()
})

const from = (remoteAddress: string | undefined): object => ({ socket: { remoteAddress } })
const codes = (): unknown[] => warned.mock.calls.map(([, options]) => (options as { code: string }).code)
const forwarded = { 'x-forwarded-for': '198.51.100.7' }

test('nothing is said of a good arrangement', () => {
  const loopback = compileTrust(['loopback'])
  headOf(loopback, forwarded).address
  headOf(loopback, {}).address
  headOf(loopback, { 'x-forwarded-for': 'unknown' }).address
  headOf(loopback, { 'x-forwarded-for': '127.0.0.1' }).address
  headOf(() => false, {}).address
  headOf((_, hop) => hop < 1, forwarded).address
  expect(codes()).toEqual([])
})

test('nothing is looked at until somebody reads an address', () => {
  const request = headOf(() => true, forwarded)
  expect(codes()).toEqual([])
  request.address
  expect(codes()).toEqual(['ERR_PROXY_TRUSTS_ALL'])
})

test('a proxy that is not trusted', () => {
  const none = () => false
  for (let call = 0; call < 3; call++)
    expect(headOf(none, forwarded, from('::ffff:127.0.0.1')).address).toBe('127.0.0.1')
  headOf(none, { forwarded: 'for=198.51.100.7' }).address
  expect(codes()).toEqual(['ERR_PROXY_NOT_TRUSTED'])
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('Set "trust proxy"'),
    expect.objectContaining({ detail: 'See node_modules/@ashlar/core/reference/errors/ERR_PROXY_NOT_TRUSTED.md' }),
  )
})

test('a trusted proxy that says it in a header which is not read', () => {
  headOf(compileTrust(['loopback']), { forwarded: 'for=198.51.100.7' }).address
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('Have it send X-Forwarded-For'),
    expect.objectContaining({ code: 'ERR_PROXY_NOT_TRUSTED' }),
  )
})

test('everybody is trusted', () => {
  const everyone = () => true
  for (let call = 0; call < 3; call++) headOf(everyone, forwarded).address
  headOf(everyone, {}).address
  expect(codes()).toEqual(['ERR_PROXY_TRUSTS_ALL'])
})

test('no address is known', () => {
  const unknown = headOf(() => false, forwarded, from(undefined))
  expect(unknown.address).toBeUndefined()
  expect(codes()).toEqual(['ERR_ADDRESS_UNKNOWN'])
})

test('a connection that has closed has no address, and that is no trouble', () => {
  const gone = { socket: { remoteAddress: undefined, destroyed: true }, headers: {}, rawHeaders: [] }
  expect(headOf(() => false, {}, gone).address).toBeUndefined()
  expect(codes()).toEqual([])
})
