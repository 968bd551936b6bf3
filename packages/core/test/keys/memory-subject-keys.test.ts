import { describe, expect, test } from '@jest/globals'

import { subjectKeysContract } from '../../src/contract.ts'
import { memorySubjectKeys } from '../../src/keys.ts'

subjectKeysContract({ describe, test, expect }, () => memorySubjectKeys())

test('a full store refuses a further subject rather than shred one', async () => {
  const keys = memorySubjectKeys({ maxRemembered: 1 })
  const key = await keys.keyFor('ada')
  expect(() => keys.keyFor('bob')).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
  expect(keys.keyFor('ada')).toBe(key)
  await keys.shred('ada')
  expect(() => keys.keyFor('bob')).not.toThrow()
})

test.each([[{ maxRemembered: 0 }], [{ maxRemembered: 1.5 }], [{ maxRemembered: '9' }], [{ max: 9 }]])(
  'refuses %j',
  (options) => {
    expect(() => memorySubjectKeys(options as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
  },
)
