import { describe, expect, test } from '@jest/globals'

import { durations } from '../../src/rules/durations.ts'
import { faults, plantedHouse } from './planted-house.ts'

const inOptions = (members: string, more = '') =>
  faults(durations, plantedHouse({ core: { 'src/index.ts': `export interface AOptions { ${members} }\n${more}` } }))

describe.each(['timeoutMs', 'cacheSeconds', 'minMinutes', 'retentionDays', 'seconds', 'keepHours', 'waitMillis'])(
  '%s',
  (name) => {
    const says = `src/index.ts:1 "${name}" of AOptions has a unit in its name`

    test('of whatever type', () => {
      expect(inOptions(`readonly ${name}?: number`)).toEqual([says])
      expect(inOptions(`readonly ${name}?: Duration`)).toEqual([says])
    })

    test('in a group, a list and a record', () => {
      const nested = `src/index.ts:1 "group.${name}" of AOptions has a unit in its name`
      expect(inOptions(`group?: { ${name}: number } | false`)).toEqual([nested])
      expect(inOptions(`group?: readonly { ${name}: number }[]`)).toEqual([nested])
      expect(inOptions(`group?: Readonly<Record<string, { ${name}: number }>>`)).toEqual([nested])
      const group = `interface Group { readonly ${name}: number }`
      expect(inOptions('group?: Group', group)).toEqual([
        `src/index.ts:2 "group.${name}" of Group has a unit in its name`,
      ])
    })
  },
)

test.each(['timeout', 'storeTimeout', 'maxAge', 'checkpointEvery', 'within', 'clockTolerance'])(
  '%s as a number',
  (name) => {
    const fault = [`src/index.ts:1 "${name}" of AOptions is a number`]
    expect(inOptions(`${name}?: number`)).toEqual(fault)
    expect(inOptions(`${name}?: Duration | number`)).toEqual(fault)
    expect(inOptions(`${name}?: Time`, "type Time = number | 'day'")).toEqual(fault)
    expect(inOptions(`${name}?: Duration`, "type Duration = '5s' | '1m'")).toEqual([])
  },
)

test('what is inherited, what a function takes, and where it is declared', () => {
  const files = {
    'src/index.ts': "export type { AOptions } from './a/a.ts'\nexport { b } from './a/b.ts'",
    'src/a/a.ts': "import type { Base } from './base.ts'\nexport interface AOptions extends Omit<Base, 'ttlMs'> {}",
    'src/a/base.ts': 'export interface Base {\n ttlMs: number\n waitMs: number }',
    'src/a/b.ts': 'interface BOptions { idleMs: number }\nexport function b({ idleMs }: BOptions): void {}',
  }
  expect(faults(durations, plantedHouse({ core: files }))).toEqual([
    'src/a/base.ts:3 "waitMs" of Base has a unit in its name',
    'src/a/b.ts:1 "idleMs" of BOptions has a unit in its name',
  ])
})

test.each([
  ['a rate', 'refillPerSecond: number', ''],
  ['what a callback gets', 'onSlow?: (event: { durationMs: number }) => void', ''],
  ['an object with methods', 'store?: Store', 'interface Store { retryMs: number; take(): void }'],
  [
    'what a function makes',
    'policy: Policy',
    'export interface Policy { windowMs: number }\nexport function bucket(): Policy {}',
  ],
  ['an interface of another name', '', 'export interface Record { durationMs: number }'],
  ['what is not exported', '', 'interface InnerOptions { timeoutMs: number }'],
])('%s is free', (_, members, more) => {
  expect(inOptions(members, more)).toEqual([])
})
