import { STATUS_CODES } from 'node:http'
import { inspect } from 'node:util'

import { codeOf } from '../errors.ts'
import { parserProblem, type SentRequest } from './parser-errors.ts'
import { PROBLEMS, type Problem, type ProblemCode, problem } from './problem.ts'

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: 'not-found',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  503: 'dependency-unavailable',
}

/** Body parsers' words for a body that could not be read (`http-errors`' `type`). */
const MALFORMED_BODY: ReadonlySet<unknown> = new Set([
  'entity.parse.failed',
  'request.size.invalid',
  'encoding.unsupported',
  'charset.unsupported',
  'request.aborted',
])

/**
 * What the caller is told of an error that a handler threw: a client's error (400 to 499) by its status, what a parser says
 * of a body that can't be read, and everything else as 500. Message and stack are told in development only.
 * @param request whose body a parser may have read
 */
export function problemOf(
  error: unknown,
  { development }: { readonly development: boolean },
  request?: SentRequest,
): Problem {
  try {
    return read(error, development, request)
  } catch {
    // Anything can be thrown, also what can't be read.
    return problem('internal-error')
  }
}

function read(error: unknown, development: boolean, request: SentRequest | undefined): Problem {
  const known = codeFor(error, request)
  const insight = development ? insightInto(error) : undefined
  if (known in PROBLEMS) return problem(known as ProblemCode, insight)
  const status = Number(known)
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code: `http-${status}`, ...insight }
}

/** One of our codes, or a status that has none. */
function codeFor(error: unknown, request: SentRequest | undefined): ProblemCode | number {
  if (codeOf(error) === 'ERR_DEPENDENCY_UNAVAILABLE') return 'dependency-unavailable'
  if (typeof error !== 'object' || error === null) return 'internal-error'
  const { status, statusCode, expose, type } = error as {
    status?: unknown
    statusCode?: unknown
    expose?: unknown
    type?: unknown
  }
  const claimed = typeof status === 'number' ? status : statusCode
  if (claimed === undefined) return parserProblem(error, request) ?? 'internal-error'
  if (typeof claimed !== 'number' || !Number.isInteger(claimed) || claimed < 400 || claimed > 499 || expose === false)
    return 'internal-error'
  if (claimed === 400) {
    if (MALFORMED_BODY.has(type) || error instanceof SyntaxError) return 'malformed-body'
    return parserProblem(error, request) ?? 'bad-request'
  }
  return BY_STATUS[claimed] ?? claimed
}

function insightInto(error: unknown): { readonly detail: string; readonly stack?: readonly string[] | undefined } {
  if (!(error instanceof Error)) return { detail: inspect(error) }
  return {
    detail: `${error.name}: ${error.message}`,
    stack: error.stack
      ?.split('\n')
      .slice(1)
      .map((line) => line.trim()),
  }
}
