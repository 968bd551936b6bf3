import { cp } from 'node:fs/promises'
import { join } from 'node:path'

import { type CommandResult, command } from '../command.ts'
import { CLEAN } from './run-app.ts'
import { appFolder, bring, CONSUMERS } from './shop.ts'

const SOURCES = `${CONSUMERS}copies/`

/** How a copy is loaded, as a file that stands beside the `node_modules` that it is in. */
export type Loader = 'load.cjs' | 'load.mjs'

export interface Copies {
  readonly title: string
  /** The copy of the app's adapter. */
  readonly app: readonly [folder: 'shop' | 'second', loader: Loader]
  /** The copy of the guards. */
  readonly guards: readonly [folder: 'shop' | 'second', loader: Loader]
  /** For Node. */
  readonly flags: readonly string[]
}

/** A Node without `require()` of ES modules has no condition `module-sync`, so each way of loading has its own copy. */
const WITHOUT = ['--no-experimental-require-module']

export const COPIES: readonly Copies[] = [
  {
    title: 'the app in CommonJS, guards in ES modules',
    app: ['shop', 'load.cjs'],
    guards: ['shop', 'load.mjs'],
    flags: WITHOUT,
  },
  {
    title: 'the app in ES modules, guards in CommonJS',
    app: ['shop', 'load.mjs'],
    guards: ['shop', 'load.cjs'],
    flags: WITHOUT,
  },
  { title: 'two installations', app: ['shop', 'load.mjs'], guards: ['second', 'load.mjs'], flags: [] },
]

/** Readies `shop` and `second` below `folder`, in both of which the packages are laid out. @returns where the suites are */
export async function writeCopies(folder: string): Promise<string> {
  for (const home of ['shop', 'second']) {
    for (const loader of ['load.cjs', 'load.mjs']) await cp(SOURCES + loader, join(folder, home, loader))
  }
  const suites = await appFolder(join(folder, 'shop'), 'copies', 'module')
  await cp(SOURCES, suites, { recursive: true })
  const programs = ['express', 'koa', '@koa/router', '@koa/bodyparser', 'expect']
  await bring(
    suites,
    programs.map((name) => [name, name]),
  )
  return suites
}

/** Runs both suites with one arrangement of copies. */
export function runCopies(suites: string, { app, guards, flags }: Copies): Promise<CommandResult> {
  const env = { ...CLEAN, APP_COPY: join('../..', ...app), GUARDS_COPY: join('../..', ...guards) }
  return command(process.execPath, [...flags, '--test', '--test-reporter=spec'], { cwd: suites, env })
}
