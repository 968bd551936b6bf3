import { writeFileSync } from 'node:fs'

import { buildFiles, outdatedBuildFiles } from './both-builds/build-files.ts'
import { ROOT } from './workspace-package.ts'

const files = buildFiles()
for (const path of outdatedBuildFiles()) {
  writeFileSync(`${ROOT}${path}`, files.get(path)!)
  console.log(`written ${path}`)
}
