import type { Manifest } from '../workspace-package.ts'

type Json = Readonly<Record<string, unknown>>
type Targets = Record<string, unknown>

/** Both builds of a package: ES modules in dist/, CommonJS in dist/cjs/, each with declarations of its own kind. */
const MODULES = './dist'
const COMMONJS = './dist/cjs'

/** No sources, and nothing that only the next build reads. */
const NEVER_PACKED = '!**/*.tsbuildinfo'

/**
 * The manifest of a published package as it must be: everything that follows from having both builds is written from the
 * `source` of each entry, and the rest is kept. An entry that only has a `source` is enough to add one.
 */
export function publishedManifest(manifest: Manifest & Json): Json {
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
    typeof target === 'object' && target.source ? [{ entry, source: target.source }] : [],
  )
  const main = entries.find(({ entry }) => entry === '.')
  if (!main) throw new Error(`${manifest.name} has no entry "." with a source.`)
  const written: Targets = {
    main: built(COMMONJS, main.source, 'js'),
    types: built(COMMONJS, main.source, 'd.ts'),
    exports: exportsOf(manifest, true),
    publishConfig: { access: 'public', exports: exportsOf(manifest, false) },
    files: filesOf(manifest['files'] as readonly string[] | undefined),
  }
  // TypeScript with `moduleResolution: node10` does not read `exports`.
  const below = entries.filter(({ entry }) => entry !== '.')
  if (below.length > 0) {
    written['typesVersions'] = {
      '*': Object.fromEntries(below.map(({ entry, source }) => [entry.slice(2), [built(COMMONJS, source, 'd.ts')]])),
    }
  }
  return inOrder(manifest, written)
}

function exportsOf({ exports = {} }: Manifest, here: boolean): Json {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => [
      entry,
      typeof target === 'object' && target.source ? conditions(target.source, here) : target,
    ]),
  )
}

/**
 * `source` is for this repository only. `module-sync` is for those who load ES modules with `require()`, such as Node: there, one
 * copy serves `import` and `require()`. Jest and some bundlers don't know it and take the CommonJS build for `require()`.
 */
function conditions(source: string, here: boolean): Json {
  return {
    ...(here && { source }),
    import: { types: built(MODULES, source, 'd.ts'), default: built(MODULES, source, 'js') },
    'module-sync': built(MODULES, source, 'js'),
    require: { types: built(COMMONJS, source, 'd.ts'), default: built(COMMONJS, source, 'js') },
  }
}

function built(folder: string, source: string, extension: string): string {
  return source.replace(/^\.\/src\//, `${folder}/`).replace(/\.ts$/, `.${extension}`)
}

function filesOf(files: readonly string[] = []): readonly string[] {
  const others = files.filter((file) => !['dist', 'src', NEVER_PACKED].includes(file))
  return ['dist', ...others, NEVER_PACKED]
}

/** What the manifest has stays in its place; what is new stands before `exports`, in the order of `written`. */
function inOrder(manifest: Json, written: Targets): Json {
  const result: Targets = {}
  const fresh = Object.keys(written).filter((key) => !Object.hasOwn(manifest, key))
  for (const [key, value] of Object.entries(manifest)) {
    if (key === 'exports') for (const name of fresh) if (name !== 'typesVersions') result[name] = written[name]
    if (key === 'typesVersions' && !Object.hasOwn(written, key)) continue
    result[key] = written[key] ?? value
    if (key === 'exports' && fresh.includes('typesVersions')) result['typesVersions'] = written['typesVersions']
  }
  return result
}
