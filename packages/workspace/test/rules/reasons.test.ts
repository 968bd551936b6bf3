import { expect, test } from '@jest/globals'

import { reasons } from '../../src/rules/reasons.ts'
import { faults, plantedHouse } from './planted-house.ts'

// Put together, so that this file itself has no exemption.
const IGNORE = '// biome-'.concat('ignore lint/suspicious/noExplicitAny')
const EXPECT = '// @ts-'.concat('expect-error')

test.each([
  [IGNORE, 'biome-ignore lint/suspicious/noExplicitAny'],
  [`${IGNORE}:`, 'biome-ignore lint/suspicious/noExplicitAny'],
  [`${IGNORE}: any`, 'biome-ignore lint/suspicious/noExplicitAny'],
  [EXPECT, '@ts-expect-error'],
  [EXPECT.replace('expect-error', 'ignore'), '@ts-ignore'],
])('%s', (comment, says) => {
  const house = (text: string) => plantedHouse({ core: { 'test/a.test.ts': `\n  ${text}\nlet a` } })
  expect(faults(reasons, house(comment))).toEqual([`test/a.test.ts:2 ${says} gives no reason`])
  expect(faults(reasons, house(`${comment}: the runner has its own matchers`))).toEqual([])
})
