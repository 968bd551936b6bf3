import { expect, test } from '@jest/globals'

import { circles } from '../../src/rules/circles.ts'
import { faults, plantedHouse } from './planted-house.ts'

const below = { 'src/b/b.ts': 'export interface B { readonly b: string }' }

test.each([
  ['values', "import { c } from '../c.ts'"],
  ['types', "import type { C } from '../c.ts'"],
  ['a type in a place', "let c: import('../c.ts').C"],
  ['what is loaded later', "const c = await import('../c.ts')"],
  ['what is passed on', "export * from '../c.ts'"],
  ['a name that is passed on', "export { c } from '../c.ts'"],
  ['the name of the package', "import { c } from '@ashlar/core/c'"],
])('a circle of %s', (_, line) => {
  const c = { 'src/c.ts': "export { b } from './b/b.ts'" }
  expect(faults(circles, plantedHouse({ core: { ...c, 'src/b/b.ts': line } }))).toEqual([
    'src/c.ts imports itself: src/c.ts → src/b/b.ts → src/c.ts',
  ])
  expect(faults(circles, plantedHouse({ core: { ...c, ...below } }))).toEqual([])
})

test('names each file of a circle once, by the shortest way', () => {
  const house = plantedHouse({
    core: {
      'src/a.ts': "import './b.ts'\nimport './c.ts'",
      'src/b.ts': "import './c.ts'",
      'src/c.ts': "import './a.ts'",
      'src/d.ts': "import './d.ts'",
    },
  })
  expect(faults(circles, house)).toEqual([
    'src/a.ts imports itself: src/a.ts → src/c.ts → src/a.ts',
    'src/b.ts imports itself: src/b.ts → src/c.ts → src/a.ts → src/b.ts',
    'src/d.ts imports itself: src/d.ts → src/d.ts',
  ])
})

test('another package is no part of a circle', () => {
  const house = plantedHouse({
    auth: { 'src/index.ts': "import '@ashlar/core'" },
    core: { 'src/index.ts': "import '@ashlar/auth'" },
  })
  expect(faults(circles, house)).toEqual([])
})
