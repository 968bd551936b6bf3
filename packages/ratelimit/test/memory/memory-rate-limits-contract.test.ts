import { describe, expect, test } from '@jest/globals'

import { rateLimitsContract } from '../../src/contract.ts'
import { memoryRateLimits } from '../../src/index.ts'

rateLimitsContract({ describe, test, expect }, () => ({ store: memoryRateLimits() }))
