import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'

import { UnavailableError } from '../../src/index.ts'
import { troubleWarning } from '../../src/trouble/trouble-warning.ts'

let said: unknown[][]

beforeEach(() => {
  said = []
  jest.spyOn(process, 'emitWarning').mockImplementation((...values: unknown[]) => void said.push(values))
})

afterEach(() => {
  jest.restoreAllMocks()
})

const warning = (code: string) => expect.objectContaining({ type: 'AshlarWarning', code })

test('each kind of error is a warning once, with its code', () => {
  const tell = troubleWarning((text) => `part: ${text}`)
  for (let i = 0; i < 3; i++) {
    tell(new UnavailableError(`after ${i} ms`))
    tell(new TypeError(`entry ${i}`))
  }
  expect(said).toEqual([
    ['part: UnavailableError: after 0 ms', warning('ERR_DEPENDENCY_UNAVAILABLE')],
    ['part: TypeError: entry 0', warning('ERR_BACKGROUND_FAILURE')],
  ])
})

test('what differs with each request is ten warnings at most', () => {
  const tell = troubleWarning((text) => `requests: ${text}`)
  for (let i = 0; i < 100; i++) tell(new Error(`no user ${i}`))
  expect(said).toHaveLength(10)
})
