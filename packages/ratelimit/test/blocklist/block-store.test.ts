import { describe, expect, test } from '@jest/globals'

import { blocksContract } from '../../src/contract.ts'
import { memoryBlocks } from '../../src/index.ts'

blocksContract({ describe, test, expect }, () => {
  const store = memoryBlocks()
  return { one: store, other: store }
})
