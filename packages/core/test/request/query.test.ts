import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type AppQuery, isCutOff, isSameQuery, type QueryParser, readQuery } from '../../src/request/query.ts'

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

describe('the query as the app reads it', () => {
  const of = (search: string, app?: QueryParser | AppQuery) => readQuery(search, app)

  test('is a copy without prototypes that nobody can change, whatever the app does with its own', () => {
    const app = { all: ['1', { deep: 'x' }], toString: 'y', nothing: undefined }
    const query = of('?all', app)
    app.all.push('2')
    expect(query).toEqual({ all: ['1', { deep: 'x' }], toString: 'y', nothing: undefined })
    expect(Object.getPrototypeOf(query)).toBeNull()
    expect(Object.getPrototypeOf((query['all'] as object[])[1])).toBeNull()
    expect([query, query['all'], (query['all'] as object[])[1]].every(Object.isFrozen)).toBe(true)
  })

  test('has no member that the app does not have itself', () => {
    const polluted = Object.assign(Object.create({ inherited: '1' }) as AppQuery, { own: '2' })
    expect(Object.keys(of('?own=2', polluted))).toEqual(['own'])
    expect(of('?own=2', polluted)['inherited']).toBeUndefined()
  })

  test('is made by the parser that will make it, of the query without its question mark', () => {
    const asked: string[] = []
    const parser = (search: string) => {
      asked.push(search)
      return { limit: 7, since: new Date(0) }
    }
    expect(of('?limit=7', parser)).toEqual({ limit: 7, since: new Date(0) })
    expect([of('?', parser), of('', parser)]).toEqual([{}, {}])
    expect(asked).toEqual(['limit=7'])
  })

  test.each([undefined, null])('is empty where the parser answers %p', (answer) => {
    expect(of('?a', () => answer)).toEqual({})
  })

  test.each(['text', 7, true])('is none where the parser answers %p', (answer) => {
    expect(() => of('?a', () => answer)).toThrow(/query parser/)
  })

  test('is none where the parser answers something without an end', () => {
    const endless: Record<string, unknown> = {}
    endless['a'] = endless
    expect(() => of('?a', () => endless)).toThrow(/endless/)
  })
})

describe('a query that guards have read', () => {
  test('is the same as long as the app has the same members with the same values', () => {
    const app = { a: '1', list: ['1', '2'], deep: { x: 'y' } }
    const query = readQuery('?a', app)
    expect(isSameQuery(query, structuredClone(app))).toBe(true)
    for (const other of [
      { ...app, a: '2' },
      { ...app, b: '1' },
      { ...app, list: ['1'] },
      { ...app, list: { 0: '1', 1: '2' } },
      { ...app, deep: 'y' },
      { ...app, deep: { z: 'y' } },
      { list: app.list, deep: app.deep },
      undefined,
      'text',
    ]) {
      expect([other, isSameQuery(query, other)]).toEqual([other, false])
    }
  })

  test('is read whole up to a thousand parameters', () => {
    const search = (count: number) => `?${Array.from({ length: count }, () => 'a').join('&')}`
    expect([isCutOff(search(1000)), isCutOff(search(1001))]).toEqual([false, true])
    expect([isCutOff(''), isCutOff(`?${'x'.repeat(5000)}`)]).toEqual([false, false])
  })
})
