import { describe, expect, test } from '@jest/globals'

import { apiKeysContract } from '../../src/contract.ts'
import { memoryApiKeys } from '../../src/index.ts'

apiKeysContract({ describe, test, expect }, async () => ({ store: memoryApiKeys() }))
