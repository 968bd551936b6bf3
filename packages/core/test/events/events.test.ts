import { testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import {
  ALLOW,
  type AshlarEvent,
  allow,
  deny,
  onEvent,
  onVerdict,
  type Principal,
  problem,
  respond,
  shadow,
  some,
  type VerdictEvent,
} from '../../src/index.ts'
import { decide, guardThat, recordingPort } from '../recording-port.ts'

const SECRET = 'hunter2'
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** Every value that can be reached from a value, by any own property, enumerable or not. */
function reach(value: unknown, path = '$', found = new Map<unknown, string>()): Map<unknown, string> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (!isObject) {
    found.set(`${path} = ${String(value)}`, path)
    return found
  }
  if (found.has(value)) return found
  found.set(value, path)
  for (const key of Reflect.ownKeys(value as object)) {
    reach((value as Record<PropertyKey, unknown>)[key], `${path}.${String(key)}`, found)
  }
  return found
}

describe('what is published', () => {
  test('holds no token, header, query, path, body or state, to any depth, and is frozen', async () => {
    const published: unknown[] = []
    stops.push(onVerdict((event) => published.push(event)))
    const completed = new Promise<void>((resolve) => {
      stops.push(
        onEvent((event) => {
          published.push(event)
          if (event.name === 'request_completed') resolve()
        }),
      )
    })
    const principal: Principal = {
      kind: 'custom',
      subject: 'ada',
      issuer: 'https://issuer.example',
      roles: [SECRET],
      scopes: [SECRET],
      claims: { secret: SECRET },
    }
    const guards = [
      guardThat(({ headers, query, path }) => {
        expect([headers.authorization, query['token'], path]).toEqual([`Bearer ${SECRET}`, SECRET, `/${SECRET}`])
        return allow(
          { principal, secret: SECRET },
          { headers: { 'X-Secret': SECRET }, append: { 'Set-Cookie': SECRET } },
        )
      }),
      guardThat(() => allow({ more: SECRET }, { reason: 'an exception was granted' })),
      shadow(guardThat(() => deny(problem('not-permitted', { detail: SECRET }), { event: 'authz_fail' }))),
      some(
        guardThat(() => {
          throw new Error(SECRET)
        }),
        guardThat(async () => Promise.reject(new Error(SECRET))),
        guardThat(() => ALLOW),
      ),
      guardThat(() =>
        deny(problem('invalid-input', { detail: SECRET, errors: [{ value: SECRET }] }), {
          headers: { 'X-Secret': SECRET },
          event: 'input_validation_fail',
          reason: 'a required field is missing',
        }),
      ),
    ]
    const port = recordingPort({
      route: () => '/:secret',
      params: () => ({ secret: SECRET }),
      body: () => ({ secret: SECRET }),
      answer: ({ response }, { status, problem }) => {
        response.statusCode = status
        response.end(JSON.stringify(problem))
      },
    })
    const server = await testServer((request, response) => void run(port, stepsOf(guards), { request, response }))
    const headers = { Authorization: `Bearer ${SECRET}`, Cookie: `session=${SECRET}`, 'X-Request-ID': 'caller-0001' }
    try {
      const answer = await server.call(`/${SECRET}?token=${SECRET}`, { method: 'POST', headers, body: SECRET })
      expect(answer.text).toContain(SECRET)
      await completed
    } finally {
      await server.close()
    }

    expect(published.length).toBeGreaterThan(8)
    const found = reach(published)
    for (const [value, path] of found) {
      if (typeof value === 'string') expect(value).not.toContain(SECRET)
      else if (value !== published) expect([path, Object.isFrozen(value)]).toEqual([path, true])
    }
  })

  test('has exactly the allowed members', async () => {
    const verdicts: VerdictEvent[] = []
    const events: AshlarEvent[] = []
    stops.push(
      onVerdict((event) => verdicts.push(event)),
      onEvent((event) => events.push(event)),
    )
    const { context } = await decide([
      guardThat(() => ALLOW, { name: 'one' }),
      guardThat(() => deny(problem('not-permitted'), { reason: 'no role', event: 'authz_fail' }), { name: 'two' }),
    ])
    context.response.emit('close')
    const request = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      method: 'GET',
      route: undefined,
      address: undefined,
    }
    const one = { guard: 'one', layer: 'custom', outcome: 'allow' }
    const two = {
      guard: 'two',
      layer: 'custom',
      outcome: 'deny',
      status: 403,
      code: 'not-permitted',
      reason: 'no role',
    }
    expect(verdicts).toStrictEqual([
      { request, decision: one },
      { request, decision: two },
    ])
    const time = expect.any(Number)
    expect(events).toStrictEqual([
      { name: 'authz_fail', time, by: 'two', outcome: 'refused', reason: 'no role', request, decision: two },
      {
        name: 'request_completed',
        time,
        request,
        principal: undefined,
        decisions: [one, two],
        outcome: { status: 200, aborted: true, refused: true, durationMs: expect.any(Number) },
      },
    ])
  })

  test('tells a complete answer and an allowed exception from a plain pass', async () => {
    const verdicts: VerdictEvent[] = []
    stops.push(onVerdict((event) => verdicts.push(event)))
    await decide([guardThat(() => allow({}, { reason: 'an exception' })), guardThat(() => respond(303))])
    expect(verdicts.map(({ decision }) => decision)).toMatchObject([
      { outcome: 'allow', reason: 'an exception' },
      { outcome: 'respond', status: 303 },
    ])
  })
})

describe('a subscriber', () => {
  test('that throws or rejects is warned of, and changes nothing', async () => {
    const warnings: string[] = []
    jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)))
    const seen: unknown[] = []
    stops.push(
      onVerdict(() => {
        throw new Error('subscriber')
      }),
      onVerdict(async () => Promise.reject(new Error('later'))),
      onVerdict(() => {
        throw 'no error'
      }),
      onVerdict((event) => seen.push(event)),
    )
    expect((await decide([guardThat(() => ALLOW)])).passed).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toHaveLength(1)
    expect(warnings.sort()).toEqual([
      expect.stringContaining('later'),
      expect.stringContaining('no error'),
      expect.stringContaining('subscriber'),
    ])
    jest.restoreAllMocks()
  })

  test('that fails with every request is warned of once for each kind of error, by its name', async () => {
    const warnings: string[] = []
    jest.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)))
    let count = 0
    stops.push(
      onVerdict(function countVerdicts() {
        throw new TypeError(`entry ${count++}`)
      }),
    )
    for (let i = 0; i < 5; i++) await decide([guardThat(() => ALLOW)])
    expect(count).toBe(5)
    expect(warnings).toEqual([
      'The subscriber countVerdicts() to ashlar:verdict failed: TypeError: entry 0 (said once)',
    ])
    jest.restoreAllMocks()
  })

  test.each([undefined, null, {}, 'log'])('that is %p is refused at once', (listener) => {
    for (const subscribe of [onVerdict, onEvent]) {
      expect(() => subscribe(listener as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
    }
  })

  test('that has stopped hears nothing more', async () => {
    const seen: unknown[] = []
    const stop = onVerdict((event) => seen.push(event))
    await decide([guardThat(() => ALLOW)])
    stop()
    await decide([guardThat(() => ALLOW)])
    expect(seen).toHaveLength(1)
  })
})
