import { describe, expect, test } from '@jest/globals'

import { errorFields } from '../../src/problem/error-fields.ts'

const EVERY = {
  allow: 'GET',
  Accept: 'application/json',
  'accept-encoding': 'gzip',
  'Content-Range': 'bytes */9',
  'Content-Length': '5',
  'Content-Type': 'text/html',
  Connection: 'close',
  ETag: '"1"',
  Link: '<https://example.com>',
  Location: '/elsewhere',
  'Proxy-Authenticate': 'Basic realm="p"',
  'Retry-After': 30,
  'Set-Cookie': 'id=1',
  Server: 'x',
  'Transfer-Encoding': 'chunked',
  'Access-Control-Allow-Origin': '*',
  'www-authenticate': ['Basic realm="a"', 'Bearer'],
  'X-Leak': 'secret',
}

describe('the header fields that an error brings', () => {
  test.each([
    [400, []],
    [401, [['WWW-Authenticate', ['Basic realm="a"', 'Bearer']]]],
    [403, []],
    [404, []],
    [405, [['Allow', 'GET']]],
    [407, [['Proxy-Authenticate', 'Basic realm="p"']]],
    [413, [['Retry-After', '30']]],
    [
      415,
      [
        ['Accept', 'application/json'],
        ['Accept-Encoding', 'gzip'],
      ],
    ],
    [416, [['Content-Range', 'bytes */9']]],
    [429, [['Retry-After', '30']]],
    [500, []],
    [503, [['Retry-After', '30']]],
  ])('of %p are those that belong to it', (status, fields) => {
    expect(errorFields({ headers: EVERY }, status)).toEqual(fields)
  })

  test.each([
    undefined,
    null,
    7,
    'GET',
    {},
    { headers: null },
    { headers: 'Allow: GET' },
    { headers: { Allow: undefined } },
    { headers: { Allow: '' } },
    { headers: { Allow: {} } },
    { headers: { Allow: [] } },
    { headers: { Allow: ['GET', 7, null] } },
    { headers: { Allow: 'GET\r\nSet-Cookie: id=1' } },
    { headers: { Allow: ['GET', 'GET\nX: y'] } },
    { headers: Object.create({ Allow: 'GET' }) },
    { headers: new Map([['Allow', 'GET']]) },
    Object.defineProperty({}, 'headers', {
      get() {
        throw new Error('unreadable')
      },
    }),
    new Proxy(
      {},
      {
        get() {
          throw new Error('unreadable')
        },
      },
    ),
  ])('are none where there is no such field (%#)', (error) => {
    expect(errorFields(error, 405)).toEqual([])
  })
})
