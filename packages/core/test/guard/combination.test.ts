import { type Recorder, recordEvents } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import { ALLOW, type AnyGuard, chain, deny, except, partsOf, problem, shadow, some, when } from '../../src/index.ts'
import { contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

let recorder: Recorder
beforeEach(() => {
  recorder = recordEvents()
})
afterEach(() => recorder.stop())

const a = guardThat(() => ALLOW, { name: 'a' })
const b = guardThat(() => ALLOW, { name: 'b' })
const refuse = () => deny(problem('not-permitted'))
const combinators: readonly [string, (guard: AnyGuard) => AnyGuard][] = [
  ['chain', (guard) => chain(guard as never) as AnyGuard],
  ['some', (guard) => some(guard) as AnyGuard],
  ['when', (guard) => when(['/*'], guard) as AnyGuard],
  ['except', (guard) => except(['/elsewhere'], guard) as AnyGuard],
  ['shadow', (guard) => shadow(guard) as AnyGuard],
]

describe('partsOf()', () => {
  test('says of what a combinator is made', () => {
    const inner = some(a, b)
    expect(
      partsOf((chain as (...guards: AnyGuard[]) => AnyGuard)(a, chain(b as never) as AnyGuard, inner as AnyGuard)),
    ).toEqual({ how: 'chain', guards: [a, b, inner] })
    expect(partsOf(inner as AnyGuard)).toEqual({ how: 'some', guards: [a, b] })
    expect(partsOf(except(['/health'], a) as AnyGuard)).toEqual({ how: 'except', guards: [a], paths: ['/health'] })
    expect(partsOf(when(['/admin/*'], a) as AnyGuard)).toEqual({ how: 'when', guards: [a], paths: ['/admin/*'] })
    expect(partsOf(when(() => true, a) as AnyGuard)).toEqual({ how: 'when', guards: [a] })
    expect(partsOf(shadow(a) as AnyGuard)).toEqual({ how: 'shadow', guards: [a] })
    expect(partsOf(a)).toBeUndefined()
  })

  test('gives what can not be changed', () => {
    const paths = ['/health']
    const parts = partsOf(except(paths, a) as AnyGuard)
    paths.push('/*')
    expect(parts?.paths).toEqual(['/health'])
    for (const part of [parts, parts?.guards, parts?.paths]) expect(Object.isFrozen(part)).toBe(true)
  })
})

describe.each(combinators)('%s()', (how, combine) => {
  const copies: readonly [string, (guard: AnyGuard, check: AnyGuard['check']) => AnyGuard][] = [
    ['a spread copy', (guard, check) => ({ ...guard, name: 'closed', check })],
    [
      'an heir',
      (guard, check) => Object.create(guard, { check: { value: check }, name: { value: 'closed' } }) as AnyGuard,
    ],
  ]
  test.each(copies)('%s is asked by its own check, and its verdict is published', async (_, copy) => {
    const closed = copy(combine(a), refuse)
    const { passed } = await decide([closed])
    expect(passed).toBe(false)
    expect(recorder.decisions()).toEqual(['closed: deny'])
    expect(partsOf(closed)).toBeUndefined()
  })

  test('a spread copy with nothing replaced decides alike', async () => {
    expect((await decide([{ ...combine(a) }])).passed).toBe(true)
    expect((await decide([{ ...combine(guardThat(refuse)) }])).passed).toBe(how === 'shadow')
    expect(recorder.decisions()).toContain(how === 'shadow' ? 'test: would-deny' : 'test: deny')
  })

  test('has no member that a copy would take with it', () => {
    expect(Object.getOwnPropertySymbols({ ...combine(a) })).toEqual([])
    expect(combine(a).check).toHaveLength(2)
  })
})

test('a guard that is changed after it was given changes no decision', async () => {
  const changing = { ...guardThat(refuse), needs: [] as string[] }
  const port = recordingPort()
  const steps = stepsOf([changing as AnyGuard, chain(changing as never) as AnyGuard])
  Object.assign(changing, { check: () => ALLOW, reads: 'body', name: 'changed' })
  changing.needs.push('nothing')
  expect(await run(port, steps, contextOf())).toBe(false)
  expect(port.answers).toMatchObject([{ status: 403 }])
  expect(recorder.decisions()).toEqual(['test: deny'])
})

test('a guard is asked as the object that it is', async () => {
  class Counter {
    readonly name = 'counter'
    readonly layer = 'custom'
    readonly reads = 'head'
    asked = 0
    check() {
      this.asked += 1
      return ALLOW
    }
  }
  const counter = new Counter()
  await decide([counter])
  expect(counter.asked).toBe(1)
})
