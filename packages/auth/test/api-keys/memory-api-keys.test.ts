import { expect, test } from '@jest/globals'

import { apiKeyStoreContract } from '../../src/contract.ts'
import { memoryApiKeys } from '../../src/index.ts'

apiKeyStoreContract({ test, expect }, async () => ({ store: memoryApiKeys(), close: async () => {} }))
