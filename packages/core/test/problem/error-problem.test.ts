import { describe, expect, test } from '@jest/globals'

import { problemOf } from '../../src/adapter.ts'
import { AshlarError, ConfigurationError, PROBLEMS, problem, UnavailableError } from '../../src/index.ts'

const production = { development: false }
const httpError = (status: unknown, more: object = {}): Error => Object.assign(new Error('secret'), { status }, more)

describe('problemOf()', () => {
  for (const [what, error, status, code] of [
    ['an error', new Error('secret'), 500, 'internal-error'],
    ['an error of ours', new AshlarError('ERR_STATE_MISSING', 'secret'), 500, 'internal-error'],
    ['a dependency’s failure', new UnavailableError('secret'), 503, 'dependency-unavailable'],
    ['nothing', undefined, 500, 'internal-error'],
    ['null', null, 500, 'internal-error'],
    ['a string', 'secret', 500, 'internal-error'],
    ['a number', 404, 500, 'internal-error'],
    ['400', httpError(400), 400, 'bad-request'],
    ['a body parser’s 400', httpError(400, { type: 'entity.parse.failed' }), 400, 'malformed-body'],
    ['a syntax error with 400', Object.assign(new SyntaxError('secret'), { status: 400 }), 400, 'malformed-body'],
    ['a syntax error', new SyntaxError('secret'), 500, 'internal-error'],
    ['404', httpError(404), 404, 'not-found'],
    ['404 as statusCode', httpError(undefined, { statusCode: 404 }), 404, 'not-found'],
    ['409', httpError(409), 409, 'http-409'],
    ['413', httpError(413), 413, 'payload-too-large'],
    ['415', httpError(415), 415, 'unsupported-media-type'],
    ['499', httpError(499), 499, 'http-499'],
    ['a client’s error that hides', httpError(404, { expose: false }), 500, 'internal-error'],
    ['500', httpError(500), 500, 'internal-error'],
    ['502', httpError(502), 500, 'internal-error'],
    ['503 of another kind', httpError(503), 500, 'internal-error'],
    ['302', httpError(302), 500, 'internal-error'],
    ['200', httpError(200), 500, 'internal-error'],
    ['a fraction', httpError(404.5), 500, 'internal-error'],
    ['a text', httpError('404'), 500, 'internal-error'],
    ['a plain object', { status: 404 }, 404, 'not-found'],
  ] as const) {
    test(`${what} is ${status} ${code}`, () => {
      const answer = problemOf(error, production)
      expect(answer).toMatchObject({ status, code })
      expect(Object.keys(answer).sort()).toEqual(['code', 'status', 'title', 'type'])
      expect(JSON.stringify(answer)).not.toContain('secret')
    })
  }

  test('tells what it was in development', () => {
    expect(problemOf(new RangeError('too far'), { development: true })).toMatchObject({
      status: 500,
      detail: 'RangeError: too far',
      stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
    })
    expect(problemOf(Object.create(null), { development: true }).detail).toBe('[Object: null prototype] {}')
    expect(problemOf(Symbol('x'), { development: true }).detail).toBe('Symbol(x)')
    const bare = Object.assign(new Error('bare'), { stack: undefined })
    expect(problemOf(bare, { development: true }).detail).toBe('Error: bare')
  })
})

test('every problem has a type, a title and a status of a refusal', () => {
  for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
    expect(problem(code as never)).toEqual({ type: `urn:ashlar:problem:${code}`, title, status, code })
    expect(status).toBeGreaterThanOrEqual(400)
  }
  expect(problem('not-found', { detail: 'No such order.', order: 7 })).toMatchObject({
    detail: 'No such order.',
    order: 7,
  })
})

test('errors are told apart by name, class and code', () => {
  const cause = new Error('cause')
  const unavailable = new UnavailableError('store', { cause })
  expect(unavailable).toMatchObject({ name: 'UnavailableError', code: 'ERR_DEPENDENCY_UNAVAILABLE', cause })
  expect(new ConfigurationError('ERR_OPTION_INVALID', 'x')).toBeInstanceOf(AshlarError)
  expect(Object.keys(unavailable)).toEqual(['name', 'code'])
})
