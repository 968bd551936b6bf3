import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { command, succeed } from '../../src/command.ts'
import { packAll } from '../../src/pack.ts'
import { publicPackages, ROOT } from '../../src/workspace-package.ts'

const FIXTURES = `${ROOT}packages/workspace/test/fixtures/consumers`
const consumers = ['express-4-commonjs', 'express-5-modules', 'jest-commonjs', 'koa-3-typescript']

let folder: string
let tarballs: ReadonlyMap<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-consumers-'))
  tarballs = await packAll(folder)
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('every consumer is in the list', async () => {
  expect(await readdir(FIXTURES)).toEqual(consumers)
})

describe.each(consumers)('%s', (name) => {
  test('installs the packed packages with npm and runs', async () => {
    const cwd = join(folder, name)
    await cp(join(FIXTURES, name), cwd, { recursive: true })
    await installTarballs(cwd)
    const { code, output } = await command('npm', ['test', '--silent'], { cwd, timeoutMs: 120_000 })
    expect([code, code === 0 ? output.trim().split('\n').at(-1) : output]).toEqual([0, 'the consumer is content'])
  }, 300_000)
})

/** The packages of ours among the names, with those that they need, since no registry has them here. */
function withTheirOwn(names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names.filter((name) => tarballs.has(name)))
  for (const name of found) {
    const { manifest } = publicPackages().find((candidate) => candidate.manifest.name === name)!
    for (const need of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (tarballs.has(need)) found.add(need)
    }
  }
  return found
}

/** As a user's `npm install` would, from the tarballs in the place of the registry. */
async function installTarballs(cwd: string): Promise<void> {
  const file = join(cwd, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  for (const name of withTheirOwn(Object.keys(manifest.dependencies))) {
    manifest.dependencies[name] = `file:${tarballs.get(name)}`
  }
  await writeFile(file, JSON.stringify(manifest, null, 2))
  await succeed('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd,
    timeoutMs: 240_000,
  })
}
