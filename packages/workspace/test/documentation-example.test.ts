import { expect, test } from '@jest/globals'

import { examplesIn } from '../src/documentation-example.ts'

const CODE = "import { a } from 'a'\na()\n"

test('a block of Markdown that imports something, with its line', () => {
  const text = `# A\n\n\`\`\`ts\n${CODE}\`\`\`\n\n\`\`\`ts\na()\n\`\`\`\n\n\`\`\`ts no-run\n${CODE}\`\`\`\n`
  expect(examplesIn('docs/a.md', text)).toEqual([
    { place: 'docs/a.md:4', id: 'docs.a.4', code: `\n\n\n${CODE}`, runs: true, servers: [] },
    { place: 'docs/a.md:13', id: 'docs.a.13', code: `${'\n'.repeat(12)}${CODE}`, runs: false, servers: [] },
  ])
})

test('a block of a docstring is compiled and not run', () => {
  const block = [' * ```ts', " * import { a } from 'a'", ' *', ' * a()', ' * ```']
  const text = [
    'const text = `',
    '```ts',
    "import 'b'",
    '```',
    '`',
    '/**',
    ' * @example',
    ...block,
    ' */',
    'export {}',
  ].join('\n')
  expect(examplesIn('packages/a/src/a.ts', text)).toEqual([
    {
      place: 'packages/a/src/a.ts:9',
      id: 'packages.a.src.a.9',
      code: `${'\n'.repeat(8)}import { a } from 'a'\n\na()\n`,
      runs: false,
      servers: [],
    },
  ])
})

test('a docstring within a class', () => {
  const text = "class A {\n  /**\n   * ```ts\n   * import 'b'\n   * ```\n   */\n  a() {}\n}\n"
  expect(examplesIn('a.ts', text).map(({ place, code }) => [place, code.trim()])).toEqual([['a.ts:4', "import 'b'"]])
})

test('a block that the page names, and the servers that it is run against', () => {
  const text = `\`\`\`ts file=a-store.test.ts redis postgres\n${CODE}\`\`\`\n\`\`\`ts redis\n${CODE}\`\`\`\n`
  expect(examplesIn('docs/guide/a.md', text)).toMatchObject([
    { place: 'docs/guide/a.md:2', id: 'docs.guide.a/a-store.test', runs: true, servers: ['redis', 'postgres'] },
    { id: 'docs.guide.a.6', runs: true, servers: ['redis'] },
  ])
})
