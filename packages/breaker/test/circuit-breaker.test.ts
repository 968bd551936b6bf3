import { type Allow, type ConfigurationError, type Deny, type Outcome, shadow, type Verdict } from '@ashlar/core'
import { stepsOf } from '@ashlar/core/adapter'
import { milliseconds } from '@ashlar/core/time'
import { fakeClock, recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { ConsecutiveBreaker, CountBreaker, type IBreaker, SamplingBreaker } from 'cockatiel'

import { type CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from '../src/index.ts'

const ended = (status: number, rest: Partial<Outcome> = {}): Outcome => ({
  status,
  aborted: false,
  refused: false,
  durationMs: 1,
  ...rest,
})

/** One call: `undefined` when it was refused, else how to end it. */
function begin(guard: CircuitBreaker): ((outcome: Outcome) => void) | undefined {
  const verdict = guard.check(testRequest(), {}) as Verdict
  return verdict.kind === 'allow' ? (outcome) => void (verdict as Allow).afterResponse!(outcome) : undefined
}

function call(guard: CircuitBreaker, status: number): 'passed' | 'refused' {
  const end = begin(guard)
  end?.(ended(status))
  return end ? 'passed' : 'refused'
}

const build = (options: Partial<CircuitBreakerOptions> = {}) => {
  const clock = fakeClock()
  return { clock, guard: circuitBreaker({ name: 'payments', clock, ...options }) }
}

const fail = (guard: CircuitBreaker, times = 5) => {
  for (let index = 0; index < times; index++) call(guard, 500)
}

const refusalOf = (guard: CircuitBreaker) => guard.check(testRequest(), {}) as Deny

describe('closed', () => {
  test('passes with one verdict for all, and opens after five failures in a row', () => {
    const { guard } = build()
    expect(guard).toMatchObject({ name: 'circuit breaker payments', layer: 'breaker', reads: 'head', state: 'closed' })
    expect(guard.check(testRequest(), {})).toBe(guard.check(testRequest(), {}))
    fail(guard, 4)
    expect(call(guard, 200)).toBe('passed')
    fail(guard, 4)
    expect(guard.state).toBe('closed')
    fail(guard, 1)
    expect(guard.state).toBe('open')
  })

  test.each([
    ['refused by a later guard', ended(503, { refused: true })],
    ['aborted by the client', ended(500, { aborted: true })],
  ])('a request that was %s is neither success nor failure', (_, outcome) => {
    const { guard } = build({ failures: 2 })
    fail(guard, 1)
    begin(guard)!(outcome)
    expect(guard.state).toBe('closed')
    fail(guard, 1)
    expect(guard.state).toBe('open')
  })

  test.each([200, 304, 400, 404, 429, 499])('status %i is no failure', (status) => {
    const { guard } = build({ failures: 1 })
    call(guard, status)
    expect(guard.state).toBe('closed')
  })

  test('isFailure says what is one', () => {
    const { guard } = build({ failures: 1, isFailure: ({ status, durationMs }) => status === 429 || durationMs > 1000 })
    call(guard, 500)
    expect(guard.state).toBe('closed')
    begin(guard)!(ended(200, { durationMs: 2000 }))
    expect(guard.state).toBe('open')
  })

  test.each([
    ['throws', () => JSON.parse('x')],
    ['answers with a promise', async () => false],
    ['answers nothing', () => undefined],
  ])('an isFailure that %s counts as a failure and tells the operator', (_, isFailure) => {
    const { guard } = build({ failures: 1, isFailure: isFailure as never })
    expect(() => begin(guard)!(ended(200))).toThrow()
    expect(guard.state).toBe('open')
  })
})

describe('open', () => {
  test('refuses at once with 503 and Retry-After in whole seconds, rounded up', () => {
    const { guard, clock } = build()
    fail(guard)
    const retryAfter = () => refusalOf(guard).headers?.['Retry-After']
    expect(refusalOf(guard).problem).toMatchObject({ status: 503, code: 'circuit-open' })
    expect(retryAfter()).toBe('60')
    clock.advance(1)
    expect(retryAfter()).toBe('60')
    clock.advance(999)
    expect(retryAfter()).toBe('59')
    clock.advance(58_999)
    expect(retryAfter()).toBe('1')
    clock.advance(1)
    expect(guard.check(testRequest(), {})).toMatchObject({ kind: 'allow' })
  })

  test('a call of the closed period that ends now counts for nothing', () => {
    const { guard, clock } = build({ failures: 1 })
    const late = [begin(guard)!, begin(guard)!, begin(guard)!]
    fail(guard, 1)
    late[0]!(ended(200))
    expect(guard.state).toBe('open')
    clock.advance(60_000)
    const probe = begin(guard)!
    late[1]!(ended(200))
    late[2]!(ended(500))
    expect(guard.state).toBe('half-open')
    probe(ended(200))
    expect(guard.state).toBe('closed')
  })

  test('a clock that is set back does not hold it open for longer', () => {
    const { guard, clock } = build()
    fail(guard)
    clock.advance(-86_400_000)
    expect(refusalOf(guard).headers?.['Retry-After']).toBe('60')
    clock.advance(60_000)
    expect(guard.state).toBe('half-open')
  })
})

describe('half-open', () => {
  const halfOpen = (options: Partial<CircuitBreakerOptions> = {}) => {
    const circuit = build({ failures: 1, ...options })
    fail(circuit.guard, 1)
    circuit.clock.advance(milliseconds(options.open ?? '60s'))
    return circuit
  }

  test('lets one probe through and refuses the others without waiting', () => {
    const { guard } = halfOpen()
    const probe = begin(guard)!
    expect(refusalOf(guard)).toMatchObject({ problem: { code: 'circuit-open' }, headers: { 'Retry-After': '1' } })
    probe(ended(200))
    expect(guard.state).toBe('closed')
    expect(call(guard, 200)).toBe('passed')
  })

  test('a probe that fails opens it for the whole time again', () => {
    const { guard, clock } = halfOpen()
    call(guard, 500)
    clock.advance(59_999)
    expect(call(guard, 200)).toBe('refused')
    clock.advance(1)
    expect(call(guard, 200)).toBe('passed')
    expect(guard.state).toBe('closed')
  })

  test('closes only after all of its probes succeeded', () => {
    const { guard } = halfOpen({ probes: 3 })
    const [first, second, third] = [begin(guard)!, begin(guard)!, begin(guard)!]
    expect(begin(guard)).toBeUndefined()
    first(ended(200))
    second(ended(200))
    expect([guard.state, begin(guard)]).toEqual(['half-open', undefined])
    third(ended(200))
    expect(guard.state).toBe('closed')
  })

  test.each([
    ['refused by a later guard', ended(400, { refused: true })],
    ['aborted', ended(200, { aborted: true })],
  ])('a probe that was %s frees its place and decides nothing', (_, outcome) => {
    const { guard } = halfOpen()
    begin(guard)!(outcome)
    expect(guard.state).toBe('half-open')
    expect(call(guard, 200)).toBe('passed')
    expect(guard.state).toBe('closed')
  })

  test('a probe that never ends loses its place, and its late end decides nothing', () => {
    const { guard, clock } = halfOpen({ open: '10s' })
    const lost = begin(guard)!
    clock.advance(9_999)
    expect(begin(guard)).toBeUndefined()
    clock.advance(1)
    const next = begin(guard)!
    lost(ended(500))
    expect(guard.state).toBe('half-open')
    expect(begin(guard)).toBeUndefined()
    next(ended(200))
    expect(guard.state).toBe('closed')
  })

  test('a clock that is set back does not keep a lost probe’s place for longer', () => {
    const { guard, clock } = halfOpen({ open: '10s' })
    begin(guard)
    clock.advance(-86_400_000)
    expect(begin(guard)).toBeUndefined()
    clock.advance(10_000)
    expect(begin(guard)).toBeDefined()
  })

  test('a probe of an earlier half-open period decides nothing', () => {
    const { guard, clock } = halfOpen({ probes: 2 })
    const [failing, slow] = [begin(guard)!, begin(guard)!]
    failing(ended(500))
    clock.advance(30_000)
    slow(ended(500))
    expect(refusalOf(guard).headers?.['Retry-After']).toBe('30')
  })

  test('an end that is told twice counts once', () => {
    const { guard } = halfOpen({ probes: 2 })
    const probe = begin(guard)!
    probe(ended(200))
    probe(ended(200))
    expect(guard.state).toBe('half-open')
  })
})

test('a shadowed circuit refuses nothing and counts on', () => {
  const { guard } = build({ failures: 1 })
  const [step] = stepsOf([shadow(guard)])
  const verdict = step!.guard.check(testRequest(), {} as never) as Allow
  verdict.also?.[0]?.afterResponse?.(ended(500))
  expect(guard.state).toBe('open')
  expect(step!.guard.check(testRequest(), {} as never)).toMatchObject({ kind: 'allow' })
})

test('its transitions are events, which name the circuit and nothing of a request', () => {
  const recorder = recordEvents()
  const { guard, clock } = build({ failures: 1 })
  fail(guard, 1)
  clock.advance(60_000)
  fail(guard, 1)
  clock.advance(60_000)
  call(guard, 200)
  recorder.stop()
  expect(recorder.events).toMatchObject([
    {
      name: 'breaker_opened',
      by: 'circuit breaker payments',
      outcome: 'failure',
      reason: 'too many failures',
    },
    { name: 'breaker_opened', outcome: 'failure', reason: 'a probe failed' },
    { name: 'breaker_closed', by: 'circuit breaker payments', outcome: 'success' },
  ])
})

describe('another strategy', () => {
  test('cockatiel’s count breaker decides when it opens', () => {
    const { guard, clock } = build({ strategy: new CountBreaker({ threshold: 0.5, size: 10 }) })
    for (let index = 0; index < 9; index++) call(guard, index % 3 ? 500 : 200)
    expect(guard.state).toBe('closed')
    call(guard, 500)
    expect(guard.state).toBe('open')
    clock.advance(60_000)
    call(guard, 200)
    expect(guard.state).toBe('closed')
    call(guard, 500)
    expect(guard.state).toBe('closed')
  })

  test('cockatiel’s sampling breaker fits as well', () => {
    const { guard } = build({ strategy: new SamplingBreaker({ threshold: 0.5, duration: 30_000, minimumRps: 0.1 }) })
    fail(guard, 10)
    expect(guard.state).toBe('open')
  })

  test('one that throws tells the operator and leaves the circuit as it was', () => {
    const strategy: IBreaker = {
      state: 0,
      success() {},
      failure() {
        throw new Error('broken strategy')
      },
    }
    const { guard } = build({ strategy })
    expect(() => call(guard, 500)).toThrow('broken strategy')
    expect(guard.state).toBe('closed')
  })

  test('can’t count for two circuits', () => {
    const strategy = new ConsecutiveBreaker(1)
    build({ strategy })
    expect(() => build({ strategy })).toThrow('for another circuit')
  })
})

describe('options', () => {
  const options = (rest: object) => ({ name: 'payments', ...rest })

  test.each([
    ['ERR_OPTION_INVALID', null],
    ['ERR_OPTION_MISSING', {}],
    ['ERR_OPTION_INVALID', { name: '' }],
    ['ERR_OPTION_INVALID', { name: 'a\nb' }],
    ['ERR_OPTION_INVALID', { name: 'n'.repeat(65) }],
    ['ERR_OPTION_INVALID', { name: 7 }],
    ['ERR_OPTION_UNKNOWN', options({ opne: '1s' })],
    ['ERR_OPTION_UNKNOWN', options({ threshold: 1 })],
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5'].flatMap((bad) => [
      ['ERR_OPTION_INVALID', options({ failures: bad })] as const,
      ['ERR_OPTION_INVALID', options({ probes: bad })] as const,
    ]),
    ...[0, 60, '60', '0s', '-1s', '31d', Number.NaN].map(
      (bad) => ['ERR_OPTION_INVALID', options({ open: bad })] as const,
    ),
    ['ERR_OPTION_INVALID', options({ isFailure: 500 })],
    ['ERR_OPTION_INVALID', options({ clock: {} })],
    ['ERR_OPTION_INVALID', options({ strategy: {} })],
    ['ERR_OPTION_INVALID', options({ strategy: null })],
    ['ERR_OPTION_INVALID', options({ strategy: new ConsecutiveBreaker(1), failures: 1 })],
  ])('%s for %p', (code, given) => {
    expect.assertions(1)
    try {
      circuitBreaker(given as never)
    } catch (error) {
      expect((error as ConfigurationError).code).toBe(code)
    }
  })
})
