import type { ProblemCode } from './problem.ts'

/** What tells whose fault an error is: what the client said of its body. */
export interface SentRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Multer's words for what is too much of something (`MulterError`'s `code`). */
const TOO_MUCH: ReadonlySet<unknown> = new Set([
  'LIMIT_FILE_SIZE',
  'LIMIT_FILE_COUNT',
  'LIMIT_FIELD_VALUE',
  'LIMIT_FIELD_COUNT',
  'LIMIT_FIELD_KEY',
  'LIMIT_FIELD_NESTING',
  'LIMIT_PART_COUNT',
])

/** What busboy says of a multipart body that can't be read. Its errors have nothing but a message. */
const BROKEN_FORM: ReadonlySet<unknown> = new Set([
  'Unexpected end of form',
  'Malformed part header',
  'Malformed content type',
  'Multipart: Boundary not found',
  'Request aborted',
  'Request closed',
])

/** Zlib's words for compressed data that can't be read: of deflate and gzip, of Brotli, of Zstandard. */
const BROKEN_DATA = /^(?:Z_(?:DATA|BUF|STREAM)_ERROR|Z_NEED_DICT|ERR__ERROR_|ZSTD_error_)/

/**
 * The problem of an error by which a body parser says that a client's body can't be read, without saying that it is the
 * client's: multer, busboy and formidable know no status, and zlib does not know whose data it reads. What it reads is taken
 * for the body where the client says that its body is of that kind.
 */
export function parserProblem(error: object, request: SentRequest | undefined): ProblemCode | undefined {
  const { name, code, message, httpCode } = error as Readonly<Record<string, unknown>>
  if (name === 'MulterError') {
    if (TOO_MUCH.has(code)) return 'payload-too-large'
    return code === 'LIMIT_UNEXPECTED_FILE' ? 'invalid-input' : 'malformed-body'
  }
  if (typeof httpCode === 'number' && error.constructor?.name === 'FormidableError') {
    if (httpCode === 413) return 'payload-too-large'
    if (httpCode === 415) return 'unsupported-media-type'
    return httpCode < 500 || message === 'Request aborted' ? 'malformed-body' : undefined
  }
  if (!request) return undefined
  const { 'content-type': type, 'content-encoding': encoding } = request.headers
  if (BROKEN_FORM.has(message) && /^multipart\//i.test(String(type))) return 'malformed-body'
  if (typeof code !== 'string' || !BROKEN_DATA.test(code)) return undefined
  return encoding === undefined || /^(?:identity)?$/i.test(String(encoding)) ? undefined : 'malformed-body'
}
