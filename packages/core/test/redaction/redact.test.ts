import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { redaction } from '../../src/redaction.ts'
import { PLANTED } from './planted.ts'

const redact = redaction()
const text = (value: unknown): string => JSON.stringify(redact(value)) ?? ''

describe('planted secrets are gone, wherever they are', () => {
  test(`there are at least 200 of them`, () => {
    expect(PLANTED.length).toBeGreaterThanOrEqual(200)
  })

  test.each(PLANTED)('$where', ({ value, secret }) => {
    const written = text({ details: { value } })
    expect(written).not.toContain(secret)
    expect(text(value)).not.toContain(secret)
  })
})

describe('what is no secret stays', () => {
  test.each([
    'orders:write',
    'GET /orders/:id took 12.5 ms',
    '2026-01-01T00:00:00.000Z',
    'a card ending in 1111',
    'the order 4111111111111112 fails the check digit',
    'request 1767225600000 at 192.0.2.1',
    'https://example.com/orders?page=2&sort=price',
    '550e8400-e29b-41d4-a716-446655440000',
    '{"page":2,"sort":"price"}',
    'the author passes the basic test',
  ])('%s', (value) => {
    expect(redact(value)).toBe(value)
  })

  test('numbers, dates, booleans and null', () => {
    expect(redact({ a: 1.5, b: true, c: null, d: new Date(0), e: 12_345_678n, f: [1, 'x'], g: undefined })).toEqual({
      a: 1.5,
      b: true,
      c: null,
      d: '1970-01-01T00:00:00.000Z',
      e: '12345678',
      f: [1, 'x'],
    })
  })
})

test('a card number keeps its last four digits, a verification value leaves no trace', () => {
  expect(redact({ pay: 'with 4111 1111 1111 1111 now', cvv: '123', CVC2: 123, securityCode: '999' })).toEqual({
    pay: 'with [card 1111] now',
  })
})

test('e-mail addresses and phone numbers, when asked', () => {
  const both = redaction({ emails: true, phones: true, names: ['nickname'] })
  expect(both({ note: 'write to alice@example.com or call +44 20 7946 0958', nickName: 'al' })).toEqual({
    note: 'write to [email] or call [phone]',
    nickName: '[redacted]',
  })
  expect(redact('write to alice@example.com')).toBe('write to alice@example.com')
})

describe('hostile shapes', () => {
  test('circular data survives', () => {
    const node: Record<string, unknown> = { name: 'a' }
    node['self'] = node
    node['list'] = [node]
    expect(redact(node)).toEqual({ name: 'a', self: '[circular]', list: ['[circular]'] })
  })

  test('a value that appears twice is no circle', () => {
    const shared = { a: 1 }
    expect(redact([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  })

  test('depth, entries and text are bounded', () => {
    let deep: unknown = 'end'
    for (let level = 0; level < 10_000; level++) deep = { deep }
    expect(text(deep)).toContain('[too deep]')
    expect(text(Array(100_000).fill('x')).length).toBeLessThan(1000)
    expect(
      text(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]))).length,
    ).toBeLessThan(2000)
    expect(text('word '.repeat(100_000)).length).toBeLessThan(5000)
  })

  test('getters and proxies that throw', () => {
    const hostile = {
      get boom() {
        throw new Error('no')
      },
      fine: 1,
    }
    expect(redact(hostile)).toEqual({ boom: '[unreadable]', fine: 1 })
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no')
        },
      },
    )
    expect(redact(proxy)).toBe('[unreadable]')
  })

  test('a key called __proto__ is an entry', () => {
    const clean = redact(JSON.parse('{"__proto__":{"admin":true}}')) as object
    expect(Object.keys(clean)).toEqual(['__proto__'])
    expect((clean as { admin?: boolean }).admin).toBeUndefined()
  })

  test('no input makes it throw, and what it makes is JSON', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
        const clean = redact(value)
        if (clean !== undefined) JSON.parse(JSON.stringify(clean))
      }),
    )
  })

  test('long texts of one kind take no time that grows with their square', () => {
    for (const piece of [
      'a',
      '1',
      ' ',
      '{',
      '"',
      'eyJ',
      'password',
      'token=',
      '=',
      '\\"',
      '-',
      '4 1',
      '://',
      '-----BEGIN ',
    ]) {
      redaction({ maxText: 100_000 })(piece.repeat(Math.floor(50_000 / piece.length)))
    }
  }, 5000)
})

test.each([
  [{ depth: 1 }, 'ERR_OPTION_UNKNOWN'],
  [{ maxDepth: 0 }, 'ERR_OPTION_INVALID'],
  [{ names: ['--'] }, 'ERR_OPTION_INVALID'],
  [{ names: 'password' }, 'ERR_OPTION_INVALID'],
])('wrong options are refused: %j', (options, code) => {
  expect(() => redaction(options as never)).toThrow(expect.objectContaining({ code }))
})
