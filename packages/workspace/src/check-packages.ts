import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { command } from './command.ts'
import { packAll } from './pack.ts'
import { ROOT } from './workspace-package.ts'

/** What each tarball must pass. */
const CHECKS: readonly (readonly [name: string, parameters: (tarball: string) => readonly string[]])[] = [
  ['publint', (tarball) => ['run', tarball, '--strict']],
  ['attw', (tarball) => [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']],
]

const destination = await mkdtemp(join(tmpdir(), 'ashlar-packages-'))
try {
  const tarballs = await packAll(destination)
  let failures = 0
  for (const [name, tarball] of tarballs) {
    const results = await Promise.all(
      CHECKS.map(async ([tool, parameters]) => ({
        tool,
        ...(await command(`${ROOT}node_modules/.bin/${tool}`, parameters(tarball))),
      })),
    )
    const failed = results.filter(({ code }) => code !== 0)
    failures += failed.length
    console.log(`${failed.length === 0 ? 'ok    ' : 'failed'} ${name}`)
    for (const { tool, output } of failed) console.log(`\n${tool}:\n${output}`)
  }
  console.log(`${tarballs.size} packages, ${failures} failed checks`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  await rm(destination, { recursive: true, force: true })
}
