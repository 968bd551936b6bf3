import { brotliCompressSync, gzipSync } from 'node:zlib'

/** A body that no parser reads, and how its sender is answered. */
export interface BrokenBody {
  readonly what: string
  /** Which parsers are asked to read it. */
  readonly kind: 'json' | 'form'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly status: number
  readonly code: string
}

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=X' }
const encoded = (encoding: string): BrokenBody['headers'] => ({ ...JSON_TYPE, 'content-encoding': encoding })

const field = (name: string, value: string): string =>
  `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (name: string, value: string): string =>
  `--X\r\nContent-Disposition: form-data; name="${name}"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n${value}\r\n`
const END = '--X--\r\n'
const LONG = 'x'.repeat(99)

const MALFORMED = { status: 400, code: 'malformed-body' }
const TOO_LARGE = { status: 413, code: 'payload-too-large' }

const json = (
  what: string,
  body: BrokenBody['body'],
  headers: BrokenBody['headers'],
  answer: Pick<BrokenBody, 'status' | 'code'>,
): BrokenBody => ({ what, kind: 'json', headers, body, ...answer })
const form = (
  what: string,
  body: string,
  answer: Pick<BrokenBody, 'status' | 'code'>,
  headers = FORM_TYPE,
): BrokenBody => ({
  what,
  kind: 'form',
  headers,
  body,
  ...answer,
})

/**
 * Bodies that can't be read, or are too much, for parsers which allow ten bytes of JSON, and in a form one file named `a` of
 * ten bytes and one field of ten bytes.
 */
export const brokenBodies: readonly BrokenBody[] = [
  json('JSON that ends early', '{"a"', JSON_TYPE, MALFORMED),
  json('JSON that is too long', `{"a":"${LONG}"}`, JSON_TYPE, TOO_LARGE),
  json('no gzip', 'no gzip', encoded('gzip'), MALFORMED),
  json('gzip that ends early', gzipSync('{"a":1}').subarray(0, 12), encoded('gzip'), MALFORMED),
  json('no deflate', 'no deflate', encoded('deflate'), MALFORMED),
  json('no Brotli', 'no Brotli', encoded('br'), MALFORMED),
  json('Brotli that ends early', brotliCompressSync('{"a":1}').subarray(0, 4), encoded('br'), MALFORMED),
  json('an unknown encoding', 'x', encoded('zip'), { status: 415, code: 'unsupported-media-type' }),
  form('a file that is too long', file('a', LONG) + END, TOO_LARGE),
  form('a field that is too long', field('a', LONG) + END, TOO_LARGE),
  form('too many fields', field('a', 'x') + field('b', 'x') + END, TOO_LARGE),
  form('too many files', file('a', 'x') + file('a', 'x') + END, TOO_LARGE),
  form('a form that ends early', file('a', 'x').slice(0, -4), MALFORMED),
  form('a form that ends in a header', '--X\r\nContent-Dispo', MALFORMED),
  form('a form of another boundary', file('a', 'x'), MALFORMED, {
    'content-type': 'multipart/form-data; boundary=Y',
  }),
  form('a form without a boundary', 'x', MALFORMED, { 'content-type': 'multipart/form-data' }),
]
