import { expect, test } from '@jest/globals'

import { publishedManifest } from '../../src/both-builds/published-manifest.ts'

const written = {
  name: '@ashlar/a',
  version: '1.0.0',
  main: './dist/cjs/index.js',
  types: './dist/cjs/index.d.ts',
  exports: {
    '.': {
      source: './src/index.ts',
      import: { types: './dist/index.d.ts', default: './dist/index.js' },
      'module-sync': './dist/index.js',
      require: { types: './dist/cjs/index.d.ts', default: './dist/cjs/index.js' },
    },
    './b': {
      source: './src/b/b.ts',
      import: { types: './dist/b/b.d.ts', default: './dist/b/b.js' },
      'module-sync': './dist/b/b.js',
      require: { types: './dist/cjs/b/b.d.ts', default: './dist/cjs/b/b.js' },
    },
    './package.json': './package.json',
  },
  typesVersions: { '*': { b: ['./dist/cjs/b/b.d.ts'] } },
  publishConfig: {
    access: 'public',
    exports: {
      '.': {
        import: { types: './dist/index.d.ts', default: './dist/index.js' },
        'module-sync': './dist/index.js',
        require: { types: './dist/cjs/index.d.ts', default: './dist/cjs/index.js' },
      },
      './b': {
        import: { types: './dist/b/b.d.ts', default: './dist/b/b.js' },
        'module-sync': './dist/b/b.js',
        require: { types: './dist/cjs/b/b.d.ts', default: './dist/cjs/b/b.js' },
      },
      './package.json': './package.json',
    },
  },
  files: ['dist', 'bin', '!**/*.tsbuildinfo'],
  dependencies: {},
}

test('all of it follows from the sources of the entries', () => {
  const exports = {
    '.': { source: './src/index.ts' },
    './b': { source: './src/b/b.ts', types: './dist/b.d.ts' },
    './package.json': './package.json',
  }
  const { name, version, dependencies } = written
  const result = publishedManifest({ name, version, exports, files: ['src', 'bin'], dependencies })
  // In the order of the conditions, too: the first that fits is taken.
  expect(JSON.stringify(result['exports'])).toBe(JSON.stringify(written.exports))
  expect(result).toEqual(written)
})

test('a manifest that is as it must be stays as it is, in its order', () => {
  expect(JSON.stringify(publishedManifest(written))).toBe(JSON.stringify(written))
})

test('types of an entry that is gone go with it', () => {
  const { './b': _, ...exports } = written.exports
  const { typesVersions, ...rest } = written
  expect(Object.keys(publishedManifest({ ...written, exports }))).toEqual(Object.keys({ ...rest, exports }))
})

test('a package without a main entry is a mistake', () => {
  expect(() => publishedManifest({ name: 'a', version: '1.0.0' })).toThrow('a has no entry "."')
})
