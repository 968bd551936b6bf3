import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'

import { problemOf } from '../../src/adapter.ts'

const production = { development: false }
const form = { headers: { 'content-type': 'multipart/form-data; boundary=x' } }
const gzip = { headers: { 'content-encoding': 'gzip' } }
const codeOf = (error: unknown, request?: typeof form | typeof gzip): string =>
  problemOf(error, production, request as never).code
const thrown = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}

describe('what zlib can’t read', () => {
  const broken = Buffer.from('no such format')
  test.each([
    ['gzip', thrown(() => gunzipSync(broken))],
    ['deflate', thrown(() => inflateSync(broken))],
    ['br', thrown(() => brotliDecompressSync(broken))],
    ['cut off', Object.assign(new Error('unexpected end of file'), { errno: -5, code: 'Z_BUF_ERROR' })],
    ['zstd', Object.assign(new Error('Unknown frame descriptor'), { code: 'ZSTD_error_prefix_unknown' })],
  ])('is the caller’s only where its body is encoded (%s)', (_, error) => {
    expect(codeOf(error, gzip)).toBe('malformed-body')
    expect(codeOf(error)).toBe('internal-error')
    expect(codeOf(error, form)).toBe('internal-error')
    expect(codeOf(error, { headers: { 'content-encoding': 'identity' } })).toBe('internal-error')
    expect(codeOf(Object.assign(error as Error, { status: 500 }), gzip)).toBe('internal-error')
  })

  test('is not what another error says', () => {
    for (const code of ['ENOENT', 'ERR_ZLIB_INITIALIZATION_FAILED', 'Z_MEM_ERROR', -3]) {
      expect(codeOf(Object.assign(new Error('x'), { code }), gzip)).toBe('internal-error')
    }
  })
})

test('what busboy can’t read is the caller’s only where its body is a form', () => {
  for (const message of ['Unexpected end of form', 'Malformed part header', 'Multipart: Boundary not found']) {
    expect(codeOf(new Error(message), form)).toBe('malformed-body')
    expect(codeOf(new Error(message), gzip)).toBe('internal-error')
    expect(codeOf(new Error(message))).toBe('internal-error')
  }
  expect(codeOf(new Error('Unexpected end of form, said the handler'), form)).toBe('internal-error')
})

test('an error that is called like multer’s or formidable’s is read as one', () => {
  const multer = (code: string): Error => Object.assign(new Error('x'), { name: 'MulterError', code })
  expect(codeOf(multer('LIMIT_FILE_SIZE'))).toBe('payload-too-large')
  expect(codeOf(multer('LIMIT_UNEXPECTED_FILE'))).toBe('invalid-input')
  expect(codeOf(multer('ONE_OF_TOMORROW'))).toBe('malformed-body')
  class FormidableError extends Error {
    httpCode: number
    constructor(message: string, httpCode: number) {
      super(message)
      this.httpCode = httpCode
    }
  }
  expect(codeOf(new FormidableError('x', 413))).toBe('payload-too-large')
  expect(codeOf(new FormidableError('x', 415))).toBe('unsupported-media-type')
  expect(codeOf(new FormidableError('x', 400))).toBe('malformed-body')
  expect(codeOf(new FormidableError('Request aborted', 500))).toBe('malformed-body')
  expect(codeOf(new FormidableError('the folder is not writable', 500))).toBe('internal-error')
  expect(codeOf(Object.assign(new Error('x'), { httpCode: 400 }))).toBe('internal-error')
})
