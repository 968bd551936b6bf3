import { describe, test } from '@jest/globals'

import { rateLimitStoreContract } from '../../src/contract.ts'
import { memoryStore } from '../../src/index.ts'

rateLimitStoreContract({ describe, test }, { store: () => memoryStore() })
