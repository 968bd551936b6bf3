import { expect, test } from '@jest/globals'

import { makeHeadOfProblem } from '../../src/adapter.ts'
import { contextOf } from '../recording-port.ts'

test('what a handler had said about its body is taken back', () => {
  const { response } = contextOf()
  for (const name of ['ETag', 'Content-Encoding', 'Content-Range', 'Transfer-Encoding', 'Repr-Digest', 'X-Own']) {
    response.setHeader(name, '1')
  }
  makeHeadOfProblem(response, 500, undefined)
  expect(response.getHeaderNames()).toEqual(['x-own'])
})

test('a range that can’t be satisfied keeps what tells the length', () => {
  for (const [range, kept] of [
    ['bytes */9', 'bytes */9'],
    ['bytes 0-4/9', undefined],
  ] as const) {
    const { response } = contextOf()
    response.setHeader('Content-Range', range)
    makeHeadOfProblem(response, 416, new Error('x'))
    expect(response.getHeader('content-range')).toBe(kept)
  }
})

test('the error’s own fields are set', () => {
  const { response } = contextOf()
  makeHeadOfProblem(response, 405, { headers: { allow: 'GET, HEAD', 'X-Leak': 'x' } })
  expect({ ...response.getHeaders() }).toEqual({ allow: 'GET, HEAD' })
})
