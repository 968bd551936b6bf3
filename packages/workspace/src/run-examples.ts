import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { type CommandResult, command } from './command.ts'
import type { DocumentationExample } from './documentation-example.ts'
import { ROOT } from './workspace-package.ts'

/** Settings that an app's own tsconfig.json would have; the packages are read as they are published, from dist/. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'nodenext',
    moduleDetection: 'force',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'out',
  },
  include: ['**/*.ts'],
  exclude: ['out'],
}

const HOME = `${ROOT}packages/workspace/`

/** Where examples are compiled and run: below this package, so that its dependencies are theirs. */
export async function exampleFolder(): Promise<string> {
  await mkdir(`${HOME}.tmp`, { recursive: true })
  return mkdtemp(`${HOME}.tmp/examples-`)
}

/** Compiles all examples. @returns the compiler's complaints, nothing when there are none */
export async function compileExamples(folder: string, examples: readonly DocumentationExample[]): Promise<string> {
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  for (const { id, code } of examples) {
    const file = join(folder, `${id}.ts`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, code)
  }
  const { output } = await command(`${ROOT}node_modules/.bin/tsc`, ['-p', folder, '--pretty', 'false'])
  return output
}

/**
 * Runs a compiled example in a process of its own, in which servers and connections do not keep the process alive once its
 * code has been run.
 * @param env where its servers are
 */
export function runExample(
  folder: string,
  { id }: DocumentationExample,
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const file = join(folder, 'out', `${id}.js`)
  return command(process.execPath, [`${HOME}bin/run-example.js`, file], { env, timeoutMs: 30_000 })
}
