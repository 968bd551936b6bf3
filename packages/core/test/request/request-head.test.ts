import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const idOf = (sent: string) => testRequest({ headers: { 'X-Request-ID': sent } }).id

describe('the request id', () => {
  for (const id of ['12345678', 'caller-0001', '0af7651916cd43dd8448eb211c80319c', 'a.b_c-d.e', 'x'.repeat(128)]) {
    test(`accepts ${id.slice(0, 40)}`, () => expect(idOf(id)).toBe(id))
  }

  for (const id of [
    '',
    '1234567',
    'x'.repeat(129),
    '-starts-wrong',
    'ends-wrong-',
    '........',
    'with space',
    'with\ttab-',
    'line\r\nSet-Cookie: a=1',
    'line\nforged="1"',
    '<script>alert(1)</script>',
    '../../../etc/passwd',
    '$'.concat('{jndi:ldap://x}'),
    "'; DROP TABLE x;--",
    '%0d%0aX-Injected:1',
    'caller-0001, caller-0002',
    'ünïcödé-id',
    '\u202egnp.exe-id',
    'null\0byte',
    '{"json":"value"}',
  ]) {
    test(`replaces ${JSON.stringify(id.slice(0, 40))}`, () => expect(idOf(id)).toMatch(UUID))
  }

  test('is one for a request, and another for the next', () => {
    const request = testRequest()
    expect(request.id).toBe(request.id)
    expect(request.id).not.toBe(testRequest().id)
    const headers = [
      ['X-Request-ID', 'caller-0001'],
      ['X-Request-ID', 'caller-0001'],
    ] as const
    expect(testRequest({ headers }).id).toMatch(UUID)
  })

  test('never holds anything that could break a header, a log line or a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sent) => {
        expect(idOf(sent)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{6,126}[A-Za-z0-9]$/)
      }),
    )
  })
})

describe('the head', () => {
  test('tells every value of a header, in order, by its name in any case', () => {
    const request = testRequest({
      headers: [
        ['Authorization', 'a'],
        ['X-Other', 'b'],
        ['AUTHORIZATION', 'c'],
      ],
    })
    expect(request.headerValues('authorization')).toEqual(['a', 'c'])
    expect(request.headerValues('Authorization')).toEqual(['a', 'c'])
    expect(request.headerValues('x-missing')).toEqual([])
    expect(request.headers.authorization).toBe('a')
  })

  test('takes method, path and query apart', () => {
    const request = testRequest({ method: 'PUT', target: '/a%20b/?x=1' })
    expect(request).toMatchObject({ method: 'PUT', path: '/a%20b/', query: { x: '1' } })
    expect(testRequest({ target: '/?' }).path).toBe('/')
  })

  test('is nothing of the late parts until the framework has them', () => {
    expect(testRequest()).toMatchObject({ route: undefined, params: undefined, body: undefined })
    const late = testRequest({ route: '/users/:id', params: { id: '7' }, body: { name: 'ada' } })
    expect(late).toMatchObject({ route: '/users/:id', params: { id: '7' }, body: { name: 'ada' } })
  })

  test('has a signal also where there is no response', () => {
    const { signal } = testRequest()
    expect(signal.aborted).toBe(false)
  })
})
