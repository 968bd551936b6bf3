import { expect, test } from '@jest/globals'

import { outdatedBuildFiles } from '../../src/both-builds/build-files.ts'

/** `npm run manifests` writes them. */
test('every published package has both builds, and says so alike', () => {
  expect(outdatedBuildFiles()).toEqual([])
})
