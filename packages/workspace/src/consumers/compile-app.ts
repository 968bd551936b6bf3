import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type CommandResult, command } from '../command.ts'
import { publicPackages } from '../workspace-package.ts'
import type { CompiledApp } from './matrix.ts'
import { appFolder, bring, CONSUMERS, locate } from './shop.ts'

export function titleOf({ compiler, resolution, format, frameworks }: CompiledApp): string {
  return `${compiler}, ${resolution}, ${format}, ${frameworks}`
}

/** Writes an app below `home`, compiles it against the packages' declarations, all checked, and runs what comes of it. */
export async function compileApp(home: string, app: CompiledApp): Promise<CommandResult> {
  const { compiler, resolution, format, frameworks } = app
  const folder = await appFolder(home, [compiler, resolution, format, frameworks.replace(' ', '-')].join('-'), format)
  const programs = frameworks.split(' ').flatMap((locked) => {
    const name = locked.replace(/-v\d+$/, '')
    return [[name, locked] as const, [`@types/${name}`, `@types/${locked}`] as const]
  })
  await bring(folder, [...programs, ...['@koa/router', '@koa/bodyparser'].map((name) => [name, name] as const)])
  await cp(`${CONSUMERS}typescript`, join(folder, 'src'), { recursive: true })
  await writeFile(join(folder, 'src/every-entry.ts'), everyEntry())
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings(app)))
  const compiled = await command(process.execPath, [`${locate(compiler)}/bin/tsc`, '-p', folder, '--pretty', 'false'])
  return compiled.code === 0 ? command(process.execPath, [join(folder, 'out/main.js')], { cwd: folder }) : compiled
}

function settings({ compiler, resolution, format }: CompiledApp): object {
  const plain = resolution === 'node10' || resolution === 'bundler'
  return {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2022'],
      module: plain ? (format === 'commonjs' ? 'commonjs' : 'esnext') : resolution,
      moduleResolution: resolution,
      ...(resolution === 'node10' && compiler === 'typescript-v6' && { ignoreDeprecations: '6.0' }),
      esModuleInterop: true,
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      rootDir: 'src',
      outDir: 'out',
    },
    include: ['src'],
  }
}

/** A module that imports every entry of every package. */
function everyEntry(): string {
  const names = everyEntryName()
  const imports = names.map((name, at) => `import * as entry${at} from '${name}'`)
  return `${imports.join('\n')}\n\nexport const entries: readonly object[] = [${names.map((_, at) => `entry${at}`)}]\n`
}

/** Every entry of every package, as it is imported. */
export function everyEntryName(): readonly string[] {
  return publicPackages().flatMap(({ manifest: { name, exports = {} } }) =>
    Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([entry]) => name + entry.slice(1)),
  )
}
