import { adapterContract, type NodePackage, plainAdapters } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { answerError } from '../../src/adapter.ts'
import * as node from '../../src/index.ts'

for (const adapter of plainAdapters({ ...node, answerError } as NodePackage)) {
  adapterContract({ describe, test, expect }, adapter)
}
