import { describe, expect, test } from '@jest/globals'

import { readHouse } from '../../src/house/read-house.ts'
import { RULES, report, violations } from '../../src/rules/rules.ts'

const house = readHouse()

describe.each(RULES)('$name', (rule) => {
  test.each(house.packages)('$id', (home) => {
    expect(report(rule, home, violations(rule, home, house))).toBe('')
  })
})
