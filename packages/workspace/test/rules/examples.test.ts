import { expect, test } from '@jest/globals'

import { examples } from '../../src/rules/examples.ts'
import { faults, plantedHouse } from './planted-house.ts'

const DOC = '/**\n * Does it.\n * @example\n * a()\n */\n'
const inIndex = (text: string) => faults(examples, plantedHouse({ core: { 'src/index.ts': text } }))

test.each([
  'export function a(): void {}',
  'export const a = (): void => {}',
  'export const a = function (): void {}',
  'export const a: (b: string) => void = make()',
  'export async function a(): Promise<void> {}',
])('%s', (text) => {
  expect(inIndex(`\n${text}`)).toEqual(['src/index.ts:2 a() has no @example in its docstring'])
  expect(inIndex(`\n/** Does it, see the @example. */\n${text}`).length).toBe(1)
  expect(inIndex(`${DOC}\nconst between = 1\n${text}`).length).toBe(1)
  expect(inIndex(`const é = 1\n${DOC}${text}`)).toEqual([])
})

test('one overload has it for all', () => {
  expect(
    inIndex(`${DOC}export function a(b: 1): void\nexport function a(b: 2): void\nexport function a(): void {}`),
  ).toEqual([])
})

test('where it is declared counts, through re-exports under another name', () => {
  const index = "export { b as a } from './b.ts'"
  const b = 'function inner(): void {}\nexport { inner as b }'
  const house = (text: string) => plantedHouse({ core: { 'src/index.ts': index, 'src/b.ts': text } })
  expect(faults(examples, house(b))).toEqual(['src/b.ts:1 inner() has no @example in its docstring'])
  expect(faults(examples, house(DOC + b))).toEqual([])
})

test.each([
  ['other entries', { 'src/adapter.ts': 'export function a(): void {}' }],
  [
    'what is no function',
    { 'src/index.ts': 'export const a = 1\nexport class B {}\nexport interface C { c(): void }' },
  ],
  ['what is not exported', { 'src/index.ts': 'function a(): void {}' }],
])('%s: none', (_, files) => {
  expect(faults(examples, plantedHouse({ core: { 'src/index.ts': '', ...files } }))).toEqual([])
})
