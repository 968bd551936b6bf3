import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { type CommandResult, command } from '../command.ts'
import { commonJsText } from './commonjs-text.ts'
import type { RunningApp } from './matrix.ts'
import { appFolder, bring, CONSUMERS, locate, nodeOf } from './shop.ts'

const TESTS: Readonly<Record<string, string>> = {
  'node:test': 'node.test.js',
  jest: 'jest.test.js',
  'jest-v29': 'jest.test.js',
  vitest: 'vitest.test.js',
}

export function titleOf({ framework, syntax, tool, node }: RunningApp): string {
  return `${framework}, ${syntax}, ${tool}, Node ${node}`
}

/** Writes an app below `home`, has its tool load it, and waits for what comes of it. */
export async function runApp(home: string, app: RunningApp, flags = ''): Promise<CommandResult> {
  return load(await writeApp(home, app), app, flags)
}

/** The app as its authors have it, with the frameworks that it brings. @returns its folder */
async function writeApp(home: string, { framework, syntax, tool, node }: RunningApp): Promise<string> {
  const type = syntax === 'require' ? 'commonjs' : 'module'
  const folder = await appFolder(home, [framework, syntax, tool.replace(':', '-'), node].join('-'), type)
  const isKoa = framework.startsWith('koa')
  await bring(folder, [
    [isKoa ? 'koa' : 'express', framework],
    ...(isKoa ? (['@koa/router', '@koa/bodyparser'] as const).map((name) => [name, name] as const) : []),
    ...(tool === 'vitest' ? [[tool, tool] as const] : []),
  ])
  await writeModules(folder, type, { ...EVERY_APP, 'app.js': isKoa ? 'koa.js' : 'express.js' })
  // Vitest's own files are modules in any package.
  if (TESTS[tool]) await writeModules(folder, tool === 'vitest' ? 'module' : type, { 'app.test.js': TESTS[tool] })
  return folder
}

/** Writes files of the apps, by the name that each has there, in the syntax of a package of that type. */
export async function writeModules(
  folder: string,
  type: 'commonjs' | 'module',
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, source] of Object.entries(files)) {
    const module = await readFile(`${CONSUMERS}javascript/${source}`, 'utf8')
    await writeFile(join(folder, name), type === 'module' ? module : commonJsText(module))
  }
}

/** What is in each app, beside the framework's own file. */
export const EVERY_APP = { 'layers.js': 'layers.js', 'exercise.js': 'exercise.js', 'main.js': 'main.js' } as const

async function load(folder: string, { tool, syntax, node }: RunningApp, flags: string): Promise<CommandResult> {
  const env = { ...CLEAN, NODE_OPTIONS: flags, APP_SYNTAX: syntax }
  const run = (...parameters: readonly string[]) =>
    command(nodeOf(node)!, parameters, { cwd: folder, env, timeoutMs: 100_000 })
  switch (tool) {
    case 'node':
      return run('main.js')
    case 'node:test':
      return run('--test')
    case 'jest':
    case 'jest-v29':
      return run(`${locate(tool)}/bin/jest.js`, '-i', '--rootDir', folder)
    case 'vitest':
      return run(`${locate(tool)}/vitest.mjs`, 'run', '--root', folder)
    default: {
      // Where no node_modules is, so that the file is all there is.
      const file = join(dirname(dirname(folder)), 'bundles', basename(folder), 'app.cjs')
      const bundled = await run(`${CONSUMERS}bundlers/${tool}.js`, join(folder, 'main.js'), file)
      return bundled.code === 0 ? run(file) : bundled
    }
  }
}

/** What a test runner says to the processes that it starts is not for these. */
export const CLEAN = { NODE_OPTIONS: '', NODE_ENV: 'test', JEST_WORKER_ID: undefined, NODE_TEST_CONTEXT: undefined }
