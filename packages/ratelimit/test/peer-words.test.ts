import { expect, test } from '@jest/globals'

import { blocklist, rateLimit, slidingWindow, tieredRateLimit, tokenBucket } from '../src/index.ts'
import { BLOCKLIST_HINTS, POLICY_HINTS, RATE_LIMIT_HINTS, TIERED_HINTS } from '../src/peer-words.ts'

test.each<[string, (options: never) => unknown, Readonly<Record<string, string>>]>([
  ['rateLimit()', rateLimit, RATE_LIMIT_HINTS],
  ['tieredRateLimit()', tieredRateLimit, TIERED_HINTS],
  ['blocklist()', blocklist, BLOCKLIST_HINTS],
  ['slidingWindow()', slidingWindow, POLICY_HINTS],
  ['tokenBucket()', tokenBucket, POLICY_HINTS],
])('%s knows what others call its options', (where, make, hints) => {
  for (const [word, says] of Object.entries(hints)) {
    expect(() => make({ [word]: 1 } as never)).toThrow(`${where}: there is no option "${word}". ${says}`)
  }
})
