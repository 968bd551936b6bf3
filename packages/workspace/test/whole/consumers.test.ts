import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { type CommandResult, command, succeed } from '../../src/command.ts'
import { atMost } from '../../src/consumers/at-most.ts'
import * as compiled from '../../src/consumers/compile-app.ts'
import { COMPILED_APPS, type CompiledApp, RUNNING_APPS, type RunningApp } from '../../src/consumers/matrix.ts'
import { brokenLinks } from '../../src/consumers/packed-links.ts'
import * as running from '../../src/consumers/run-app.ts'
import { COPIES, runCopies, writeCopies } from '../../src/consumers/run-copies.ts'
import { layOut, nodeOf } from '../../src/consumers/shop.ts'
import { withoutCommonJs } from '../../src/consumers/without-commonjs.ts'
import { packAll } from '../../src/pack.ts'
import { ROOT, readManifest } from '../../src/workspace-package.ts'

/** For one app that waits for its turn behind all others. */
const LONG = 600_000

let folder: string
let shop: string
let tarballs: ReadonlyMap<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-consumers-'))
  shop = join(folder, 'shop')
  tarballs = await packAll(folder)
  await layOut(shop, tarballs)
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the tarballs', () => {
  test('hold no sources, and no maps of them', () => {
    const files = readdirSync(join(shop, 'node_modules/@ashlar'), { recursive: true }).map(String)
    expect(files.length).toBeGreaterThan(500)
    expect(files.filter((file) => /\.map$|\.tsbuildinfo$|(?<!\.d)\.ts$|\/src$/.test(file))).toEqual([])
  })

  test('hold no link that leads nowhere', () => {
    expect(brokenLinks(shop)).toEqual([])
  })

  test('load as CommonJS where Node has no require() of ES modules, so nothing in them needs an ES module', async () => {
    const names = compiled.everyEntryName()
    const script = names.map((name) => `require('${name}')`).join('\n')
    const { output } = await command(process.execPath, ['--no-experimental-require-module', '-e', script], {
      cwd: shop,
    })
    expect(output).toBe('')
  })
})

describe('apps', () => {
  inTurns(RUNNING_APPS, running.titleOf, (app) => running.runApp(shop, app))
})

describe('apps in TypeScript', () => {
  inTurns(COMPILED_APPS, compiled.titleOf, (app) => compiled.compileApp(shop, app))
})

describe('two copies in one process', () => {
  let suites: string

  beforeAll(async () => {
    await layOut(join(folder, 'second'), tarballs)
    suites = await writeCopies(folder)
  })

  test.each(COPIES)(
    '$title',
    async (copies) => {
      const { code, output } = await runCopies(suites, copies)
      expect([code, code === 0 ? '' : output]).toEqual([0, ''])
      expect(Number(/^ℹ pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(700)
    },
    LONG,
  )
})

test(
  'a plain Express 4 app in CommonJS: npm install of the tarballs, npx jest without flags',
  async () => {
    const cwd = join(folder, 'plain')
    await mkdir(cwd)
    await running.writeModules(cwd, 'commonjs', {
      ...running.EVERY_APP,
      'app.js': 'express.js',
      'app.test.js': 'jest.test.js',
    })
    const { jest, 'express-v4': express } = readManifest(`${ROOT}packages/workspace/consumers`).devDependencies!
    const dependencies = {
      ...Object.fromEntries([...tarballs].map(([name, tarball]) => [name, `file:${tarball}`])),
      express: express!.replace('npm:express@', ''),
      winston: '^3.0.0',
      zod: '^4.0.0',
    }
    const manifest = { private: true, dependencies, devDependencies: { jest } }
    await writeFile(join(cwd, 'package.json'), JSON.stringify(manifest))
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
    await succeed('npm', install, { cwd, timeoutMs: 240_000 })
    const { code, output } = await command('npx', ['jest'], { cwd, env: running.CLEAN })
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  },
  LONG,
)

describe('the checks find what they are for, in packages with ES modules only:', () => {
  const app = { framework: 'express-v4', syntax: 'require', node: process.versions.node.split('.')[0] } as const
  let modules: string

  beforeAll(async () => {
    modules = join(folder, 'modules')
    await layOut(modules, tarballs)
    withoutCommonJs(modules)
  })

  test.each([
    ['jest-v29', '', "Unexpected token 'export'"],
    ['jest', '', 'Must use import to load ES Module'],
    // No help to an app that has require().
    ['jest-v29', '--experimental-vm-modules', 'Must use import to load ES Module'],
    ['jest', '--experimental-vm-modules', 'Must use import to load ES Module'],
  ] as const)(
    '%s %s does not load them',
    async (tool, flags, error) => {
      const { code, output } = await running.runApp(join(modules, flags), { ...app, tool } as RunningApp, flags)
      expect([code, output]).toEqual([1, expect.stringContaining(error)])
    },
    LONG,
  )

  test.each([
    ['typescript-v5', 'node10', 'TS2307'],
    ['typescript-v5', 'node16', 'TS1479'],
  ] as const)(
    '%s, %s: %s',
    async (compiler, resolution, error) => {
      const settings = { compiler, resolution, format: 'commonjs', frameworks: 'express koa' } as const
      const { output } = await compiled.compileApp(modules, settings)
      expect(output).toContain(error)
    },
    LONG,
  )
})

/** A test for each app, of which a few run at a time. One whose Node is not on this machine is skipped. */
function inTurns<App extends RunningApp | CompiledApp>(
  apps: readonly App[],
  titleOf: (app: App) => string,
  run: (app: App) => Promise<CommandResult>,
): void {
  const able = apps.filter((app) => !('node' in app) || nodeOf(app.node) !== undefined)
  let results: readonly Promise<CommandResult>[]
  beforeAll(() => {
    results = atMost(availableParallelism(), able, run)
    // Each is waited for in its own test.
    for (const result of results) result.catch(() => undefined)
  })
  for (const app of apps) {
    const one = able.includes(app) ? test : test.skip
    one(
      titleOf(app),
      async () => {
        const { code, output } = await results[able.indexOf(app)]!
        expect([code, code === 0 ? '' : output]).toEqual([0, ''])
      },
      LONG,
    )
  }
}
