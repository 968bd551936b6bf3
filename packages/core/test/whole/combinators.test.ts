import { type Recorder, recordEvents } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'

import {
  ALLOW,
  type AnyGuard,
  allow,
  chain,
  deny,
  except,
  type Guard,
  problem,
  respond,
  shadow,
  some,
  stateOf,
  when,
} from '../../src/index.ts'
import { close, decide, guardThat, recordingPort } from '../recording-port.ts'

let recorder: Recorder
beforeEach(() => {
  recorder = recordEvents()
})
afterEach(() => recorder.stop())

let released: string[] = []
beforeEach(() => {
  released = []
})

const effects = (name: string) => ({
  headers: { [`X-${name}`]: name },
  append: { Vary: name },
  beforeHeaders: () => ({ [`X-Before-${name}`]: name }),
  afterResponse: () => void released.push(name),
})
const loser = (name: string, code: 'not-permitted' | 'rate-limited' = 'not-permitted'): Guard =>
  guardThat(() => deny(problem(code), effects(name)), { name }) as Guard
const winner = (name: string): Guard<Record<string, true>> =>
  guardThat(() => allow({ [name]: true as const }, effects(name)), { name }) as Guard<Record<string, true>>
const later = (guard: AnyGuard): Guard =>
  guardThat(async (view, state) => guard.check(view, state), { name: guard.name }) as Guard
const never = guardThat(
  () => {
    throw new Error('asked in vain')
  },
  { name: 'never' },
) as Guard

for (const [manner, as] of [
  ['synchronous', (guard: AnyGuard) => guard as Guard],
  ['asynchronous', later],
] as const) {
  describe(`some() of ${manner} guards`, () => {
    test('passes with the first that does, and asks no further', async () => {
      const { passed, context } = await decide([some(as(loser('Lost')), as(winner('Won')), never)])
      expect(passed).toBe(true)
      expect({ ...stateOf(context.request) }).toEqual({ Won: true })
      expect(recorder.decisions()).toEqual(['Lost: deny', 'Won: allow'])
    })

    test('sends the winner’s headers only; every hook after the response runs', async () => {
      const { context } = await decide([some(as(loser('Lost')), as(loser('Too')), as(winner('Won')))])
      context.response.writeHead(200)
      expect(context.response.getHeaders()).toEqual(
        Object.assign(Object.create(null), { 'x-won': 'Won', 'x-before-won': 'Won', vary: 'Won' }),
      )
      close(context)
      expect(released.sort()).toEqual(['Lost', 'Too', 'Won'])
    })

    test('answers with the first refusal when none passes; every hook after the response runs', async () => {
      const { passed, context, port } = await decide([some(as(loser('One', 'rate-limited')), as(loser('Two')))])
      expect(passed).toBe(false)
      expect(port.answers).toMatchObject([{ status: 429 }])
      context.response.writeHead(429)
      expect(context.response.getHeader('x-one')).toBe('One')
      expect(context.response.getHeader('x-two')).toBeUndefined()
      close(context)
      expect(released.sort()).toEqual(['One', 'Two'])
    })

    test('a complete answer wins', async () => {
      const login = guardThat(() => respond(303, { headers: { Location: '/login' } }), { name: 'login' })
      const { port, context } = await decide([some(as(loser('Lost')), as(login), never)])
      expect(port.answers).toMatchObject([{ status: 303 }])
      close(context)
      expect(released).toEqual(['Lost'])
    })

    test('a failing guard has lost like any other', async () => {
      const { passed } = await decide([some(as(never), as(winner('Won')))])
      expect(passed).toBe(true)
      expect(recorder.decisions()).toEqual(['never: error', 'Won: allow'])
    })
  })

  describe(`shadow() of a ${manner} guard`, () => {
    test('never refuses, adds nothing and sends nothing; its hook after the response runs', async () => {
      const { passed, context } = await decide([
        shadow(as(loser('Strict'))),
        shadow(as(winner('Kind'))),
        shadow(as(never)),
        shadow(as(guardThat(() => respond(303), { name: 'login' }))),
        shadow(as(guardThat(() => ALLOW, { name: 'pass' }))),
      ])
      expect(passed).toBe(true)
      expect({ ...stateOf(context.request) }).toEqual({})
      context.response.writeHead(200)
      expect(context.response.getHeaderNames()).toEqual([])
      close(context)
      expect(released).toEqual(['Strict', 'Kind'])
      expect(recorder.decisions()).toEqual([
        'Strict: would-deny',
        'Kind: allow',
        'never: would-deny',
        'login: would-deny',
        'pass: allow',
      ])
    })

    test('shadows every guard of a combinator', async () => {
      const inner = [
        chain(as(winner('Kind')), as(loser('Chained'))),
        some(as(loser('Either')), as(loser('Or'))),
        when(() => true, as(loser('When'))),
        except(['/elsewhere'], as(loser('Except'))),
      ] as const
      const { passed } = await decide(inner.map((guard) => shadow(guard as Guard)))
      expect(passed).toBe(true)
      expect(recorder.decisions()).toEqual([
        'Kind: allow',
        'Chained: would-deny',
        'Either: would-deny',
        'Or: would-deny',
        'When: would-deny',
        'Except: would-deny',
      ])
    })
  })

  describe(`a condition on a ${manner} guard`, () => {
    test('runs it where it holds, and publishes that it was skipped where it does not', async () => {
      const seen = async (guard: AnyGuard, target: string) => {
        recorder.clear()
        await decide([guard], { target })
        return recorder.decisions()
      }
      const inside = when(['/admin', '/users/:id'], as(winner('Inside')))
      expect(await seen(inside, '/admin')).toEqual(['Inside: allow'])
      expect(await seen(inside, '/users/7')).toEqual(['Inside: allow'])
      expect(await seen(inside, '/users/7/keys')).toEqual(['Inside: skipped'])
      for (const target of ['/ADMIN', '/admin/', '/USERS/7/', '/users/%40ada']) {
        expect(await seen(inside, target)).toEqual(['Inside: allow'])
      }
      const outside = except(['/admin'], as(winner('Outside')))
      expect(await seen(outside, '/admin')).toEqual(['Outside: skipped'])
      expect(await seen(outside, '/ADMIN')).toEqual(['Outside: allow'])
      const posts = when(({ method }) => method === 'POST', as(winner('Posts')))
      expect(await seen(posts, '/')).toEqual(['Posts: skipped'])
    })
  })
}

const raising = (name: string): Guard =>
  guardThat(() => deny(problem('invalid-credentials'), { event: 'authn_login_fail', reason: name }), { name }) as Guard
const raised = (): unknown[] =>
  recorder.events.map((event) => ('by' in event ? `${event.name} ${event.by}` : event.name))

describe.each([
  ['synchronous', (guard: AnyGuard) => guard as Guard],
  ['asynchronous', later],
] as const)('what %s guards of some() raise', (_, as) => {
  const one = as(raising('One'))
  const two = as(raising('Two'))

  test('is not published where another passes', async () => {
    const shadowed = chain(shadow(some(one)), as(loser('Lost')))
    for (const inner of [one, some(one, two), chain(winner('First'), one), when(() => true, one), shadowed]) {
      recorder.clear()
      expect((await decide([some(inner as Guard, as(winner('Won')))])).passed).toBe(true)
      expect(raised()).toEqual(inner === shadowed ? ['authn_login_fail One'] : [])
      expect(recorder.decisions().some((decision) => /deny$/.test(decision))).toBe(true)
    }
  })

  test('is published, each once, where none passes', async () => {
    const { passed } = await decide([
      some(some(one, two), chain(as(winner('First')), as(raising('Three'))), as(loser('Four'))),
    ])
    expect(passed).toBe(false)
    expect(raised()).toEqual(['authn_login_fail One', 'authn_login_fail Two', 'authn_login_fail Three'])
    expect(recorder.decisions()).toEqual(['One: deny', 'Two: deny', 'First: allow', 'Three: deny', 'Four: deny'])
  })

  test('is published of what passes and of a failure, whoever passes', async () => {
    const signedIn = guardThat(() => allow({}, { event: 'authn_login_success' }), { name: 'signed in' })
    expect((await decide([some(as(never), as(signedIn))])).passed).toBe(true)
    expect(raised()).toEqual(['guard_failed never', 'authn_login_success signed in'])
  })
})

test('the guards of some() have the time of one together, and what answers at once may still pass', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
  const hangs = (name: string): Guard => guardThat(() => new Promise(() => undefined), { name }) as Guard
  try {
    const guards = [hangs('One'), chain(hangs('Two')), some(hangs('Three'), hangs('Four')), later(winner('Won'))]
    let passed: boolean | undefined
    void decide([some(...guards)]).then((decided) => {
      passed = decided.passed
    })
    await jest.advanceTimersByTimeAsync(999)
    expect(passed).toBeUndefined()
    for (let turn = 0; turn < 30; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      await jest.advanceTimersByTimeAsync(1)
    }
    expect(passed).toBe(true)
  } finally {
    jest.useRealTimers()
  }
})

test('a guard that fails in shadow has refused nothing, and the operator is told', async () => {
  const { passed, port } = await decide([shadow(never)])
  expect(passed).toBe(true)
  expect(recorder.verdicts.map(({ decision }) => decision)).toMatchObject([
    { guard: 'never', outcome: 'would-deny', status: 500, code: 'internal-error' },
  ])
  expect(raised()).toEqual(['guard_failed never'])
  expect(port.reported).toHaveLength(1)
})

test('a copy of a combinator is asked in the manner of what holds it', async () => {
  const copy = (guard: AnyGuard): Guard => ({ ...guard, name: 'copy' }) as Guard
  expect((await decide([shadow(copy(chain(raising('One'))))])).passed).toBe(true)
  expect(recorder.decisions()).toEqual(['One: would-deny', 'copy: would-deny'])
  recorder.clear()
  expect((await decide([some(copy(chain(raising('One'))), winner('Won'))])).passed).toBe(true)
  expect(raised()).toEqual([])
  recorder.clear()
  const own = { ...chain(raising('One')), check: () => ALLOW } as Guard
  expect((await decide([own])).passed).toBe(true)
})

test('combinators nest, and conditions are steps of a chain', async () => {
  const guard = chain(when(['/a'], some(chain(winner('One'), loser('Lost')), winner('Two'))), except(['/a'], never))
  const { passed, context } = await decide([guard], { target: '/a' })
  expect(passed).toBe(true)
  expect({ ...stateOf(context.request) }).toEqual({ Two: true })
  expect(recorder.decisions()).toEqual(['One: allow', 'Lost: deny', 'Two: allow', 'never: skipped'])
})

test('a guard within combinators has one deadline and is reported once', async () => {
  const hangs = guardThat(() => new Promise(() => undefined), { name: 'hangs' }) as Guard
  const nested = when(() => true, chain(some(except(['/x'], hangs)), winner('Never')))
  const port = recordingPort({ guardTimeoutMs: 10 })
  expect((await decide([nested], { port })).passed).toBe(false)
  expect(port.answers).toMatchObject([{ status: 503 }])
  expect(port.reported).toMatchObject([{ code: 'ERR_GUARD_TIMEOUT' }])
  expect(recorder.decisions()).toEqual(['hangs: error'])
})

test('a condition that throws refuses, and one that answers anything but false runs the guard', async () => {
  const broken = when(() => {
    throw new Error('condition')
  }, winner('Guarded'))
  const { passed, port } = await decide([broken])
  expect(passed).toBe(false)
  expect(port.answers).toMatchObject([{ status: 500 }])
  for (const answer of [undefined, null, 0, '', Promise.resolve(false)]) {
    expect((await decide([when(() => answer as never, loser('Guarded'))])).passed).toBe(false)
  }
})

test('some() takes no guard that lets everything pass', async () => {
  const shadowed = shadow(loser('Lost')) as AnyGuard
  const open: readonly AnyGuard[] = [
    shadowed,
    { ...shadowed, name: 'copy' },
    chain(),
    chain(shadowed as never, shadow(winner('Won')) as never),
    when(['/x'], shadowed) as AnyGuard,
  ]
  for (const guard of open) {
    const refused = expect.objectContaining({ code: 'ERR_GUARD_INVALID', message: expect.stringContaining(guard.name) })
    expect(() => some(loser('Lost'), guard as never)).toThrow(refused)
  }
  expect((await decide([some(chain(shadowed as never, loser('Lost')), loser('Lost'))])).passed).toBe(false)
})

test('some() without guards, and conditions without paths, are configuration errors', () => {
  expect(() => some()).toThrow(expect.objectContaining({ code: 'ERR_GUARD_INVALID' }))
  const guard = winner('x')
  for (const paths of [
    [],
    '/admin',
    undefined,
    [7],
    ['admin'],
    ['/a/*/b'],
    ['/a*'],
    ['*'],
    ['/a//b'],
    ['/a?'],
    ['/:'],
  ]) {
    for (const build of [() => when(paths as never, guard), () => except(paths as never, guard)]) {
      expect(build).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  }
})
