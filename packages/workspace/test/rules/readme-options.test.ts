import { expect, test } from '@jest/globals'

import { readmeOptions } from '../../src/rules/readme-options.ts'
import { faults, plantedHouse } from './planted-house.ts'

const SOURCE = 'export interface AOptions {\n  readonly store: Store\n  readonly timeout?: Duration\n}'

const table = (...rows: string[]) =>
  ['# A', '', '| `AOptions` | default | meaning |', '|---|:--|---|', ...rows].join('\n')
const STORE = '| `store` | required | where |'
const TIMEOUT = "| `timeout` | `'5s'` | how long |"

const inReadme = (readme: string, source = SOURCE) =>
  faults(readmeOptions, plantedHouse({ core: { 'src/index.ts': source, 'README.md': readme } }))

test('a table with every member', () => {
  expect(inReadme(table(STORE, TIMEOUT))).toEqual([])
  expect(inReadme(`${table(STORE, TIMEOUT)}\n\nMore.\n\n| other | table |\n|---|---|\n| x | |`)).toEqual([])
})

test.each([
  ['no table', '# A', 'README.md has no table of AOptions (src/index.ts:1): store, timeout'],
  [
    'a table in a code block',
    `\`\`\`\n${table(STORE, TIMEOUT)}\n\`\`\``,
    'README.md has no table of AOptions (src/index.ts:1): store, timeout',
  ],
  ['a row too few', table(STORE), 'README.md:3 table AOptions has no row for timeout (src/index.ts:1)'],
  ['a row too many', table(STORE, TIMEOUT, '| `x` | 1 | an x |'), 'README.md:7 table AOptions: "x" is no option'],
  [
    'another order',
    table(TIMEOUT, STORE),
    'README.md:3 table AOptions is in another order than the interface: store, timeout',
  ],
  ['no default', table(STORE, '| `timeout` | | how long |'), 'README.md:6 table AOptions: "timeout" has no default'],
  ['no meaning', table(STORE, '| `timeout` | 5 | |'), 'README.md:6 table AOptions: "timeout" has no meaning'],
  [
    'a default of what is required',
    table('| `store` | none | where |', TIMEOUT),
    'README.md:5 table AOptions: "store" is required: its default must say "required"',
  ],
  [
    'required, but optional',
    table(STORE, '| `timeout` | required | how long |'),
    'README.md:6 table AOptions: "timeout" is not required',
  ],
  ['two tables', `${table(STORE, TIMEOUT)}\n\n${table(STORE, TIMEOUT)}`, 'README.md:10 has a second table of AOptions'],
])('%s', (_, readme, says) => {
  expect(inReadme(readme)).toEqual([says])
})

test('members of a group may have rows, and a cell may hold a bar', () => {
  const source = 'export interface AOptions<T> { group?: { max?: number } }'
  const readme =
    '| `AOptions<T>` | default | meaning |\n|---|---|---|\n| `group` | none | a \\| b |\n| `group.max` | 5 | most |'
  expect(inReadme(readme, source)).toEqual([])
  expect(inReadme(readme.replace('group.max', 'groups.max'), source)).toEqual([
    'README.md:4 table AOptions: "groups.max" is no option',
  ])
})

test('what is inherited is told where it is declared, or again', () => {
  const source = `${SOURCE}\nexport interface BOptions extends Pick<AOptions, 'store'> { readonly name?: string }`
  const own = '| `BOptions` | default | meaning |\n|---|---|---|\n| `name` | none | a name |'
  expect(inReadme(`${table(STORE, TIMEOUT)}\n\n${own}`, source)).toEqual([])
  expect(inReadme(`${table(STORE, TIMEOUT)}\n\n${own}\n${STORE}`, source)).toEqual([])
  expect(inReadme(`${table(TIMEOUT)}\n\n${own}`, source)).toEqual([
    'README.md:3 table AOptions has no row for store (src/index.ts:1)',
    'README.md:7 table BOptions has no row for store (of AOptions) (src/index.ts:5)',
  ])
  expect(inReadme(`${table(STORE, TIMEOUT)}\n\n${own}\n${TIMEOUT}`, source)).toEqual([
    'README.md:11 table BOptions: "timeout" is no option',
  ])
})

test('what another package declares is told by its README', () => {
  const core = { 'src/index.ts': SOURCE, 'README.md': table(STORE, TIMEOUT) }
  const node = {
    'src/index.ts':
      "import type { AOptions } from '@ashlar/core'\nexport interface BOptions extends AOptions {}\nexport type { AOptions }",
  }
  expect(faults(readmeOptions, plantedHouse({ node, core }))).toEqual([])
  expect(faults(readmeOptions, plantedHouse({ node, core: { ...core, 'README.md': table(STORE) } }))).toEqual([
    'README.md has no table of BOptions (src/index.ts:2): timeout (of AOptions)',
  ])
})

test('one of several shapes: what is required in one only may say anything', () => {
  const source =
    'interface One { a: string; b?: never }\ninterface Two { b: string; a?: string }\nexport type AOptions = One | Two'
  expect(inReadme(table('| `a` | none | an a |', '| `b` | required, or `a` | a b |'), source)).toEqual([])
  expect(inReadme(table('| `a` | none | an a |'), source)).toEqual([
    'README.md:3 table AOptions has no row for b (of Two) (src/index.ts:3)',
  ])
})

test('a later entry counts as the first does', () => {
  const files = { 'src/index.ts': '', 'src/http.ts': "export * from './a/a.ts'", 'src/a/a.ts': SOURCE }
  expect(faults(readmeOptions, plantedHouse({ core: files }))).toEqual([
    'README.md has no table of AOptions (src/a/a.ts:1): store, timeout',
  ])
})
