import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

const queryOf = (target: string) => testRequest({ target }).query

describe('the query', () => {
  test('is flat: values are strings, or arrays where a name appears twice', () => {
    expect({ ...queryOf('/?a=1&b=2&b=3&c&=d&e=%20+x&f[g]=h&b=4') }).toEqual({
      a: '1',
      b: ['2', '3', '4'],
      c: '',
      '': 'd',
      e: '  x',
      'f[g]': 'h',
    })
    expect({ ...queryOf('/') }).toEqual({})
    expect({ ...queryOf('/?') }).toEqual({})
    expect({ ...queryOf('/?a=1?b=2#c') }).toEqual({ a: '1?b=2#c' })
  })

  test('keeps malformed percent sequences as they stand', () => {
    expect({ ...queryOf('/?a=%zz&b=%&c=%4') }).toEqual({ a: '%zz', b: '%', c: '%4' })
  })

  test('is frozen, has no prototype and pollutes none', () => {
    const query = queryOf('/?__proto__=a&__proto__=b&constructor=c&__proto__[admin]=d&toString=e&hasOwnProperty=f')
    expect(Object.getPrototypeOf(query)).toBeNull()
    expect(Object.isFrozen(query)).toBe(true)
    const own = Object.getOwnPropertyDescriptor(query, '__proto__')?.value as unknown
    expect(own).toEqual(['a', 'b'])
    expect(Object.isFrozen(own)).toBe(true)
    expect(query['constructor']).toBe('c')
    expect(queryOf('/?a=1')['toString']).toBeUndefined()
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  test('drops parameters after the thousandth', () => {
    const query = queryOf(`/?${Array.from({ length: 1500 }, (_, index) => `p${index}=x`).join('&')}`)
    expect(Object.keys(query)).toHaveLength(1000)
    expect(Object.keys(queryOf(`/?${'a=1&'.repeat(1500)}`))).toEqual(['a'])
    expect(queryOf(`/?${'a=1&'.repeat(1500)}`)['a']).toHaveLength(1000)
  })

  test('gives back whatever was encoded, whatever the names', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'length', '0'))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 20 }), (pairs) => {
        const expected = new Map<string, string[]>()
        for (const [key, value] of pairs) expected.set(key, [...(expected.get(key) ?? []), value])
        const query = queryOf(`/?${new URLSearchParams(pairs).toString()}`)
        expect(new Set(Reflect.ownKeys(query))).toEqual(new Set(expected.keys()))
        for (const [key, values] of expected) expect([query[key]].flat()).toEqual(values)
        expect(Object.getPrototypeOf({})).toBe(Object.prototype)
      }),
    )
  })

  test('never throws, whatever was sent', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void queryOf(`/?${text}`)))
  })
})
