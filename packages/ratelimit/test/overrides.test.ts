import type { Guard, Principal } from '@ashlar/core'
import { fakeClock, recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { fixedWindow, type Policy, tieredRateLimit } from '../src/index.ts'

function principal(subject: string, issuer?: string): Principal {
  return { kind: 'bearer', subject, issuer, roles: [], scopes: [], claims: {} }
}

async function admitted(guard: Guard, count: number, who: Principal): Promise<number> {
  let sum = 0
  for (let call = 0; call < count; call++) {
    const verdict = await guard.check(testRequest(), { principal: who } as never)
    if (verdict.kind === 'allow') sum++
  }
  return sum
}

describe('overrides', () => {
  const one = fixedWindow({ limit: 1, window: '1d' })
  const withLoader = (load: (who: Principal) => unknown, more: object = {}, around: object = {}) =>
    tieredRateLimit({ overrides: { load: load as () => Policy, ...more }, ...around })

  test('replace the tier’s policies for one principal, and are loaded once', async () => {
    const load = jest.fn(async ({ subject }: Principal) => (subject === 'ada' ? one : undefined))
    const guard = withLoader(load)
    expect(await admitted(guard, 5, principal('ada'))).toBe(1)
    expect(await admitted(guard, 5, principal('grace'))).toBe(5)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('two principals of one override have a limit each', async () => {
    const guard = withLoader(() => fixedWindow({ limit: 2, window: '1d' }))
    expect(await admitted(guard, 5, principal('ada'))).toBe(2)
    expect(await admitted(guard, 5, principal('grace'))).toBe(2)
  })

  test('requests that come at once ask once', async () => {
    const load = jest.fn(async () => one)
    const guard = withLoader(load)
    const verdicts = await Promise.all(
      Array.from({ length: 5 }, () => guard.check(testRequest(), { principal: principal('ada') } as never)),
    )
    expect(verdicts.filter(({ kind }) => kind === 'allow')).toHaveLength(1)
    expect(load).toHaveBeenCalledTimes(1)
  })

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
      'down',
    ],
    ['rejects', () => Promise.reject(new Error('down')), 'down'],
    ['hangs', () => new Promise(() => {}), 'did not answer in time'],
    ['answers nonsense', () => ({ limit: 1e99 }), '"policy" must be made by'],
    ['answers numbers as text', () => ({ ...one, limit: '5' }), '"policy.limit"'],
    ['answers a kind and nothing else', () => ({ kind: 'token-bucket' }), '"policy.limit"'],
    ['answers a window of nothing', () => ({ kind: 'fixed-window', limit: 5, windowMs: 0 }), '"policy.windowMs"'],
    ['answers a name that ends a header field', () => ({ ...one, name: 'x\r\ny' }), '"policy.name"'],
    ['answers no policies', () => [], '"policy"'],
  ])('a loader that %s leaves the tier’s policies, and is told of once', async (_, load, says) => {
    const recorder = recordEvents()
    const errors: unknown[] = []
    const onError = (error: unknown) => void errors.push(error)
    const guard = withLoader(load, { timeout: '5ms' }, { onError })
    expect(await admitted(guard, 150, principal('ada', 'https://i'))).toBe(100)
    expect(recorder.events).toEqual([
      expect.objectContaining({
        name: 'rate_limit_override_failed',
        outcome: 'failure',
        subject: { kind: 'bearer', subject: 'ada', issuer: 'https://i' },
      }),
    ])
    const told = errors.map((error) => ((error as Error).cause as Error | undefined) ?? (error as Error))
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining(says)])
    recorder.stop()
  })

  test('an outage of the loader is told now and then, and not for each principal', async () => {
    const clock = fakeClock()
    const errors: unknown[] = []
    const load = () => Promise.reject(new Error('down'))
    const guard = withLoader(load, {}, { clock, onError: (error: unknown) => void errors.push(error) })
    for (let index = 0; index < 50; index++) await admitted(guard, 1, principal(`user ${index}`))
    expect(errors).toHaveLength(1)
    clock.advance(60_000)
    await admitted(guard, 1, principal('ada'))
    expect(errors).toHaveLength(2)
  })

  test('a failed question is asked again after its time', async () => {
    const clock = fakeClock()
    const load = jest.fn(() => Promise.reject(new Error('down')))
    const guard = withLoader(load, { retry: '2s' }, { clock, onError() {} })
    await admitted(guard, 3, principal('ada'))
    expect(load).toHaveBeenCalledTimes(1)
    clock.advance(2000)
    await admitted(guard, 3, principal('ada'))
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('none, as databases say it', async () => {
    const recorder = recordEvents()
    expect(
      await admitted(
        withLoader(() => null),
        5,
        principal('ada'),
      ),
    ).toBe(5)
    expect(recorder.events).toEqual([])
    recorder.stop()
  })

  test('a principal whose subject looks like another’s issuer and subject has an override of its own', async () => {
    const guard = withLoader(({ issuer }) => (issuer ? one : undefined))
    expect(await admitted(guard, 5, principal('ada', 'https://i'))).toBe(1)
    expect(await admitted(guard, 5, principal('https://i\nada'))).toBe(5)
  })

  test('policies that differ in a sign only are kept apart', async () => {
    const named = (name: string) => fixedWindow({ limit: 1, window: '1d', name })
    const guard = withLoader(({ subject }) => named(subject))
    expect(await admitted(guard, 5, principal('a-b'))).toBe(1)
    expect(await admitted(guard, 5, principal('a_b'))).toBe(1)
  })

  test('are forgotten after their time, and the oldest when there are too many', async () => {
    const clock = fakeClock()
    const load = jest.fn(() => undefined)
    const guard = withLoader(load, { cache: '1s', maxRemembered: 2 }, { clock })
    for (const subject of ['ada', 'grace', 'linus', 'ada']) await admitted(guard, 1, principal(subject))
    expect(load).toHaveBeenCalledTimes(4)
    clock.advance(1000)
    await admitted(guard, 2, principal('ada'))
    expect(load).toHaveBeenCalledTimes(5)
  })
})
