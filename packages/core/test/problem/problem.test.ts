import { expect, test } from '@jest/globals'

import { PROBLEMS, type ProblemCode, problem } from '../../src/index.ts'

test('is one of ours, with members of the caller’s', () => {
  expect(problem('not-found', { detail: 'No such order.', order: 7 })).toEqual({
    type: 'urn:ashlar:problem:not-found',
    title: PROBLEMS['not-found'].title,
    status: 404,
    code: 'not-found',
    detail: 'No such order.',
    order: 7,
  })
})

test.each([
  ['not-permited', 'there is no problem "not-permited". Did you mean "not-permitted"?'],
  ['constructor', 'there is no problem "constructor". Known are: ambiguous-target'],
  ['__proto__', 'there is no problem "__proto__". Known are: ambiguous-target'],
  [403, 'there is no problem 403. Known are: ambiguous-target'],
  [undefined, 'there is no problem undefined. Known are: ambiguous-target'],
])('%p is none', (code, message) => {
  expect(() => problem(code as ProblemCode)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining(message) }),
  )
})
