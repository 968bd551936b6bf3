import { expect, test } from '@jest/globals'

import { arrowsOf } from '../../src/rules/arrows.ts'
import { faults, plantedHouse } from './planted-house.ts'

const core = { '@ashlar/core': 'workspace:^' }

const rule = arrowsOf({
  core: { storey: 0, arrows: [] },
  auth: { storey: 1, arrows: ['core'], dependencies: ['helmet'], peers: ['zod'] },
  redis: { storey: 2, arrows: ['core', 'auth'], planned: true },
})

function having(manifest: object, source = '', id = 'auth'): readonly string[] {
  return faults(rule, plantedHouse({ [id]: { 'src/index.ts': source } }, { [id]: manifest }))
}

test('what is allowed', () => {
  const dependencies = { helmet: '8' }
  expect(
    having({ dependencies, peerDependencies: { ...core, zod: '4' } }, "import 'helmet'\nimport 'node:fs'"),
  ).toEqual([])
})

test.each<[string, object, string]>([
  ['up', { peerDependencies: { ...core, '@ashlar/redis': '1' } }, 'has an arrow to @ashlar/redis that is not allowed'],
  [
    'sideways',
    { peerDependencies: core, dependencies: { '@ashlar/access': '1' } },
    'has an arrow to @ashlar/access that',
  ],
  [
    'to others',
    { peerDependencies: core, optionalDependencies: { lodash: '4' } },
    'brings lodash, which is not allowed',
  ],
  ['to the app', { peerDependencies: { ...core, joi: '17' } }, 'asks the app for joi, which is not allowed'],
  ['without core', {}, 'must have core as a peer, so that an app has one'],
])('an arrow %s', (_, manifest, says) => {
  expect(having(manifest)).toEqual([expect.stringContaining(`package.json ${says}`)])
})

test.each([
  "import { a } from '@ashlar/access/deep'",
  "import type { A } from '@ashlar/access'",
  "export * from '@ashlar/access'",
  "let a: import('@ashlar/access').A",
])('an import that is not declared: %s', (line) => {
  const says = 'src/index.ts:2 imports @ashlar/access, which its package.json does not name'
  expect(having({ peerDependencies: core }, `\n${line}`)).toEqual([says])
})

test('a package that is not in the list', () => {
  expect(having({}, '', 'access')).toEqual(['package.json is not in the list of arrows'])
})

test('a planned package that is there', () => {
  const says = 'package.json is planned in the list of arrows, but is there'
  expect(having({ peerDependencies: core }, '', 'redis')).toEqual([says])
})

test('the list itself', () => {
  const plan = {
    core: { storey: 0, arrows: [] },
    auth: { storey: 1, arrows: ['core', 'access', 'nobody', 'redis'] },
    access: { storey: 1, arrows: ['core'] },
    redis: { storey: 2, arrows: ['auth'], planned: true },
  } as const
  const house = plantedHouse({ workspace: {}, core: {}, auth: {} }, { workspace: { private: true } })
  expect(faults(arrowsOf(plan), house)).toEqual(
    [
      'lets auth use access, which is not below it',
      'lets auth use nobody, which is not below it',
      'lets auth use redis, which is not below it',
      'names access, which is not there',
    ].map((says) => `src/rules/allowed-arrows.ts ${says}`),
  )
})
