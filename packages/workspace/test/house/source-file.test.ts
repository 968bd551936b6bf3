import { expect, test } from '@jest/globals'

import { SourceFile } from '../../src/house/source-file.ts'

test('names, where they come from and where they go', () => {
  const file = new SourceFile(
    'src/a.ts',
    [
      "import b, { c as d, type E } from './b.ts'",
      "import * as f from './f.ts'",
      "export { g as h, type I } from './g.ts'",
      "export * from './j.ts'",
      'const k = 1',
      'export { k as l }',
      'export const m = 1, n = 2',
      'export type O = string',
    ].join('\n'),
  )
  expect([...file.imports]).toEqual([
    ['b', { from: './b.ts', name: 'default' }],
    ['d', { from: './b.ts', name: 'c' }],
    ['E', { from: './b.ts', name: 'E' }],
    ['f', { from: './f.ts', name: '*' }],
  ])
  expect([...file.exports]).toEqual([
    ['h', { from: './g.ts', name: 'g' }],
    ['I', { from: './g.ts', name: 'I' }],
    ['l', 'k'],
    ['m', 'm'],
    ['n', 'n'],
    ['O', 'O'],
  ])
  expect(file.stars).toEqual(['./j.ts'])
  expect(file.specifiers.map(({ text, line }) => [text, line])).toEqual([
    ['./b.ts', 1],
    ['./f.ts', 2],
    ['./g.ts', 3],
    ['./j.ts', 4],
  ])
})

test('lines and docstrings, after letters of several bytes', () => {
  const text = '// ééé €\n/** Not this. */\nconst a = 1\n/**\n * 大\n */\nexport function b(): void {}\n'
  const [b] = new SourceFile('src/a.ts', text).declarations.get('b')!
  expect([b?.line, b?.doc]).toEqual([7, '/**\n * 大\n */'])
})

test('a file that is no TypeScript is named', () => {
  expect(() => new SourceFile('src/a.ts', 'const = 1')).toThrow("src/a.ts can't be parsed")
})
