import { expect, test } from '@jest/globals'

import { attackTokens, fakeClock, type TestIssuer, testIssuer } from '../src/index.ts'

const clock = fakeClock()
test.each([2048, 3072])(
  'attack tokens are many, each by a name of its own, and none is a good one (%i bits)',
  (bits) => {
    const real = testIssuer({ algorithm: 'RS256', modulusLength: bits, clock })
    const good: string[] = []
    const issuer: TestIssuer = {
      ...real,
      token(claims, header) {
        const token = real.token(claims, header)
        if (claims === undefined) good.push(token)
        return token
      },
    }
    const tokens = attackTokens(issuer, clock.now())
    expect(good).toHaveLength(1)
    expect(tokens.length).toBeGreaterThanOrEqual(60)
    expect(new Set(tokens.map(({ name }) => name)).size).toBe(tokens.length)
    expect(new Set(tokens.map(({ authorization }) => authorization)).size).toBe(tokens.length)
    expect(tokens.map(({ authorization }) => authorization)).not.toContain(`Bearer ${good[0]}`)
  },
)
