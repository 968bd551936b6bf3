import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { command } from './command.ts'
import { packAll } from './pack.ts'
import { installedSize, unpackedBytes } from './sizes.ts'
import { ROOT } from './workspace-package.ts'

/** What each tarball must pass: publint's strictest, and attw for every way of resolving, CommonJS and `node10` included. */
const CHECKS: readonly (readonly [name: string, parameters: (tarball: string) => readonly string[]])[] = [
  ['publint', (tarball) => ['run', tarball, '--strict']],
  ['attw', (tarball) => [tarball, '--no-emoji', '--no-color']],
]

/** An Express app's layers as ours and as the packages that are put together for the same; the benchmarks have them too. */
const LAYERS = ['core', 'node', 'express', 'headers', 'ratelimit', 'auth', 'access', 'validate', 'audit']
const PEERS = ['helmet', 'express-rate-limit', 'express-jwt', '@casl/ability', 'zod', 'winston']
const BESIDE_LAYERS = ['helmet', 'zod', 'winston']

const destination = await mkdtemp(join(tmpdir(), 'ashlar-packages-'))
try {
  const tarballs = await packAll(destination)
  let failures = 0
  let packed = 0
  const unpacked = new Map<string, number>()
  for (const [name, tarball] of tarballs) {
    const results = await Promise.all(
      CHECKS.map(async ([tool, parameters]) => ({
        tool,
        ...(await command(`${ROOT}node_modules/.bin/${tool}`, parameters(tarball))),
      })),
    )
    const failed = results.filter(({ code }) => code !== 0)
    failures += failed.length
    const { size } = await stat(tarball)
    packed += size
    unpacked.set(name, unpackedBytes(tarball))
    const sizes = `${kilobytes(size)} packed ${kilobytes(unpacked.get(name)!)} unpacked`
    console.log(`${failed.length === 0 ? 'ok    ' : 'failed'} ${name.padEnd(18)} ${sizes}`)
    for (const { tool, output } of failed) console.log(`\n${tool}:\n${output}`)
  }
  const sum = (names: readonly string[]) => names.reduce((bytes, name) => bytes + unpacked.get(name)!, 0)
  const benchmarks = `${ROOT}benchmarks`
  const beside = installedSize(BESIDE_LAYERS, benchmarks)
  const peers = installedSize(PEERS, benchmarks)
  const ours = sum(LAYERS.map((id) => `@ashlar/${id}`))
  console.log(`
${tarballs.size} packages, ${failures} failed checks: ${kilobytes(packed)} packed ${kilobytes(sum([...tarballs.keys()]))} unpacked

An Express app's layers, installed with all that they need:
${kilobytes(ours + beside.bytes)} in ${String(LAYERS.length + beside.packages).padStart(3)} packages: ${LAYERS.join(' + ')} of @ashlar + ${BESIDE_LAYERS.join(' + ')}
${kilobytes(peers.bytes)} in ${String(peers.packages).padStart(3)} packages: ${PEERS.join(' + ')}
${kilobytes(ours)} are ours, ${kilobytes(installedSize(PEERS.slice(0, 4), benchmarks).bytes)} those of the first four of the others`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  await rm(destination, { recursive: true, force: true })
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(6)} kB`
}
