import { describe, expect, test } from '@jest/globals'

import { stepsOf } from '../../src/adapter.ts'
import { ALLOW, type AnyGuard, allow, chain, deny, type Guard, problem, stateOf } from '../../src/index.ts'
import { close, decide, guardThat } from '../recording-port.ts'

const named = (name: string, check: AnyGuard['check'] = () => ALLOW): Guard => guardThat(check, { name }) as Guard

describe('chain()', () => {
  test('chains within chains become one, in order', () => {
    const nested = chain(named('a'), chain(named('b'), chain(named('c')), named('d')), chain(), named('e'))
    expect(stepsOf([nested, named('f')]).map(({ guard }) => guard.name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('is named for its guards, in their layer where they agree, and reads what the latest reads', () => {
    const route: Guard = { ...named('r'), reads: 'route' }
    const body: Guard = { ...named('b'), reads: 'body' }
    expect(chain(named('a'), named('b'))).toMatchObject({ name: 'chain(a, b)', layer: 'custom', reads: 'head' })
    expect(chain(route, named('a')).reads).toBe('route')
    expect(chain(route, body, named('a')).reads).toBe('body')
    const cors: Guard = { ...named('c'), layer: 'cors' }
    expect(chain(cors, cors).layer).toBe('cors')
    expect(chain(cors, named('a')).layer).toBe('custom')
    expect(chain().layer).toBe('custom')
  })

  test('later guards see what earlier ones added, and the first refusal ends it', async () => {
    const seen: object[] = []
    const look = named('look', (_, state) => {
      seen.push({ ...(state as object) })
      return ALLOW
    })
    const guards = [
      named('one', () => allow({ one: 1 })),
      look,
      named('two', async () => allow({ two: 2 })),
      look,
      named('no', () => deny(problem('not-permitted'))),
      look,
    ]
    const { passed } = await decide(guards)
    expect(passed).toBe(false)
    expect(seen).toEqual([{ one: 1 }, { one: 1, two: 2 }])
  })

  // Within another combinator a chain can't be flattened and walks by itself.
  for (const [manner, later] of [
    ['synchronously', (check: AnyGuard['check']) => check],
    [
      'asynchronously',
      (check: AnyGuard['check']): AnyGuard['check'] =>
        async (request, state) =>
          check(request, state),
    ],
  ] as const) {
    test(`walks by itself ${manner}: state, headers and hooks of every guard that ran`, async () => {
      const calls: string[] = []
      const effects = (name: string) => ({
        headers: { [`X-${name}`]: name, 'X-Last': name },
        append: { Vary: name, 'Set-Cookie': [`${name}=1`] },
        beforeHeaders: () => ({ [`X-Before-${name}`]: name }),
        afterResponse: () => void calls.push(name),
      })
      const walked = chain(
        named('none'),
        named(
          'one',
          later(() => allow({ one: 1 }, effects('One'))),
        ),
        named(
          'two',
          later((_, state) => allow({ two: { ...(state as object) } }, effects('Two'))),
        ),
        named(
          'nothing',
          later(() => ALLOW),
        ),
      )
      const around: AnyGuard = guardThat((request, state) => walked.check(request, state))
      const { passed, context } = await decide([around])
      expect(passed).toBe(true)
      expect({ ...stateOf(context.request) }).toEqual({ one: 1, two: { one: 1 } })
      context.response.writeHead(200)
      expect(context.response.getHeaders()).toMatchObject({
        'x-one': 'One',
        'x-two': 'Two',
        'x-last': 'Two',
        'x-before-one': 'One',
        'x-before-two': 'Two',
        vary: ['One', 'Two'],
        'set-cookie': ['One=1', 'Two=1'],
      })
      close(context)
      expect(calls).toEqual(['One', 'Two'])
    })

    test(`walks by itself ${manner}: a refusal carries what earlier guards sent`, async () => {
      const walked = chain(
        named(
          'one',
          later(() => allow({}, { headers: { 'X-One': '1' } })),
        ),
        named(
          'no',
          later(() => deny(problem('rate-limited'), { headers: { 'Retry-After': '1' } })),
        ),
        named('never', () => {
          throw new Error('asked')
        }),
      )
      const { passed, context, port } = await decide([guardThat((request, state) => walked.check(request, state))])
      expect(passed).toBe(false)
      expect(port.answers).toMatchObject([{ status: 429 }])
      expect(context.response.getHeaders()).toMatchObject({ 'x-one': '1', 'retry-after': '1' })
    })
  }

  test('a chain of guards that add nothing answers the one passing verdict', () => {
    expect(chain(named('a'), named('b')).check({} as never, {})).toBe(ALLOW)
  })
})

test('only guards are accepted, and a factory that was not called is named as such', () => {
  for (const [value, message] of [
    [undefined, 'expected a guard'],
    [null, 'not null'],
    [() => named('a'), 'without calling it'],
    [{}, '"check" function'],
    [{ check: () => ALLOW }, 'has a name'],
    [{ check: () => ALLOW, name: 'x', reads: 'later' }, '"reads" is "head"'],
  ]) {
    expect(() => stepsOf([value as AnyGuard])).toThrow(
      expect.objectContaining({ code: 'ERR_GUARD_INVALID', message: expect.stringContaining(message as string) }),
    )
  }
})
