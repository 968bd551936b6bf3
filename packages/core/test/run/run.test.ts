import { recordEvents } from '@ashlar/testkit'
import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { run, stepsOf } from '../../src/adapter.ts'
import {
  ALLOW,
  type AnyGuard,
  allow,
  chain,
  deny,
  except,
  type Guard,
  problem,
  type RequestCompleted,
  shadow,
  some,
  when,
} from '../../src/index.ts'
import { close, contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

const pass = guardThat(() => ALLOW) as Guard
const refuse = guardThat(() => deny(problem('not-permitted'))) as Guard

describe('run()', () => {
  test('makes no promise as long as the guards make none', () => {
    const then = jest.spyOn(Promise.prototype, 'then')
    const guards = [
      pass,
      chain(pass, pass),
      some(refuse, pass),
      except(['/x'], pass),
      when(['/'], pass),
      shadow(refuse),
      guardThat(() => allow({ x: 1 }, { headers: { 'X-A': '1' } })),
    ]
    expect(run(recordingPort(), stepsOf(guards), contextOf())).toBe(true)
    expect(run(recordingPort(), stepsOf([...guards, refuse]), contextOf())).toBe(false)
    expect(run(recordingPort(), stepsOf([guardThat(() => Promise.resolve(ALLOW))]), contextOf())).toBeInstanceOf(
      Promise,
    )
    then.mockRestore()
  })

  test('calls neither then nor catch on the synchronous path', () => {
    const then = jest.spyOn(Promise.prototype, 'then')
    run(recordingPort(), stepsOf([pass, chain(pass, some(refuse, pass)), refuse]), contextOf())
    expect(then).not.toHaveBeenCalled()
    then.mockRestore()
  })

  test('treats a thenable as a promise, also one that answers with another', async () => {
    const thenable = (then: unknown): never => Object.defineProperty({}, 'then', { get: () => then }) as never
    const answering = (value: unknown): never => thenable((resolve: (value: unknown) => void) => resolve(value))
    expect((await decide([guardThat(() => answering(ALLOW))])).passed).toBe(true)
    expect((await decide([guardThat(() => answering(answering(deny(problem('not-found')))))])).passed).toBe(false)
    const port = recordingPort({ guardTimeoutMs: 10 })
    const hanging = thenable(() => undefined)
    expect((await decide([guardThat(() => answering(hanging))], { port })).passed).toBe(false)
    const broken = thenable(() => {
      throw new Error('then')
    })
    expect((await decide([guardThat(() => broken)])).passed).toBe(false)
  })

  test('a port that fails refuses the request, and rejects nothing', async () => {
    const failing = (): never => {
      throw new Error('port')
    }
    for (const guards of [[refuse], [guardThat(async () => deny(problem('not-permitted')))]]) {
      const port = recordingPort({ answer: failing })
      const { passed, context } = await decide(guards, { port })
      expect(passed).toBe(false)
      expect(context.response.destroyed).toBe(true)
      expect(port.reported).toHaveLength(1)
    }
    const blind = recordingPort({ target: failing })
    expect((await decide([pass], { port: blind })).passed).toBe(false)
    expect(blind.answers).toMatchObject([{ status: 500, problem: { code: 'internal-error' } }])
    const mute = recordingPort({ target: failing, report: failing, answer: failing })
    expect((await decide([pass], { port: mute })).passed).toBe(false)
  })

  test('a response that has begun cannot be refused any more, so it is cut off', async () => {
    const port = recordingPort()
    const begins = guardThat(({ raw }) => {
      expect(raw).toBeDefined()
      return allow({}, { headers: { 'X-Late': '1' } })
    })
    const context = contextOf()
    context.response.writeHead(200)
    expect(run(port, stepsOf([begins]), context)).toBe(false)
    expect(context.response.destroyed).toBe(true)
    expect(port.reported).toMatchObject([{ code: 'ERR_HTTP_HEADERS_SENT' }])
  })

  test('an ambiguous target reaches no guard but those that put headers on its refusal', async () => {
    const asked: string[] = []
    const ask = (name: string, layer: AnyGuard['layer']) =>
      guardThat(
        () => {
          asked.push(name)
          return ALLOW
        },
        { name, layer },
      )
    const { passed, port } = await decide(
      [ask('headers', 'headers'), ask('cors', 'cors'), ask('limit', 'rate-limit')],
      {
        target: '//admin',
      },
    )
    expect(passed).toBe(false)
    expect(asked).toEqual(['headers', 'cors'])
    expect(port.answers).toMatchObject([{ status: 400, problem: { code: 'ambiguous-target' } }])
  })

  test('an ambiguous target is refused by whatever guard runs first, and is no concern where none does', async () => {
    const headers = guardThat(() => ALLOW, { layer: 'headers' })
    expect((await decide([headers], { target: '/private%2fa.txt' })).passed).toBe(false)
    expect((await decide([], { target: '/private%2fa.txt' })).passed).toBe(true)
  })

  test('an ambiguous target that a guard has decided by is refused, however early the guard stands', async () => {
    const early: Guard = { ...refuse, layer: 'request' } as Guard
    for (const guard of [when(['/admin'], early), except(['/admin'], when(['/x'], early))]) {
      const { passed, port } = await decide([guard], { target: '//admin' })
      expect(passed).toBe(false)
      expect(port.answers).toMatchObject([{ problem: { code: 'ambiguous-target' } }])
    }
  })

  test('a path that a guard has read is looked at again before each later guard', async () => {
    let rewritten = false
    const port = recordingPort({ stillAt: () => !rewritten })
    const reads = guardThat(({ path }) => (path === '/' ? ALLOW : deny(problem('not-found'))))
    const rewrites = guardThat(() => {
      rewritten = true
      return ALLOW
    })
    expect((await decide([rewrites, pass], { port })).passed).toBe(true)
    rewritten = false
    expect((await decide([reads, rewrites, pass], { port })).passed).toBe(false)
    expect(port.answers).toMatchObject([{ status: 400, problem: { code: 'ambiguous-target' } }])
  })

  test('an asynchronous guard may take its time until the deadline and no longer', async () => {
    const port = recordingPort({ guardTimeoutMs: 10 })
    expect((await decide([guardThat(() => new Promise(() => undefined))], { port })).passed).toBe(false)
    expect(port.answers).toMatchObject([{ status: 503 }])
    expect(port.reported).toMatchObject([{ code: 'ERR_GUARD_TIMEOUT' }])
  })

  afterEach(() => void jest.restoreAllMocks())
})

describe('the end of the response', () => {
  test('is told once, also while a guard is still deciding and somebody listens', async () => {
    const recorder = recordEvents()
    const port = recordingPort()
    let calls = 0
    let answer: (verdict: typeof ALLOW) => void = () => undefined
    const counts = guardThat(() => allow({}, { afterResponse: () => void calls++ }))
    const slow = guardThat(() => new Promise((resolve) => (answer = resolve)), { name: 'slow' })
    const context = contextOf()
    const passed = run(port, stepsOf([counts, slow]), context)
    context.response.destroy()
    context.response.emit('close')
    context.response.emit('close')
    answer(ALLOW)
    expect(await passed).toBe(false)
    recorder.stop()
    expect(calls).toBe(1)
    expect(port.reported).toEqual([])
    expect(recorder.decisions()).toEqual(['test: allow', 'slow: allow'])
    expect(recorder.events).toMatchObject([{ name: 'request_completed', outcome: { aborted: true } }])
    expect((recorder.events[0] as RequestCompleted).decisions).toHaveLength(1)
  })

  test('that has come before the first guard leaves nothing to decide', () => {
    const context = contextOf()
    context.response.destroy()
    const never = guardThat(() => {
      throw new Error('asked in vain')
    })
    const port = recordingPort()
    expect(run(port, stepsOf([never]), context)).toBe(false)
    expect([port.answers, port.reported]).toEqual([[], []])
  })
})

describe('the signal', () => {
  test('aborts when the response ends early, and not when it ends', async () => {
    let signal: AbortSignal | undefined
    const watch = guardThat((request) => {
      signal = request.signal
      expect(request.signal).toBe(signal)
      return ALLOW
    })
    const { context } = await decide([watch])
    expect(signal!.aborted).toBe(false)
    context.response.emit('close')
    expect(signal!.aborted).toBe(true)
    const whole = await decide([watch])
    close(whole.context)
    expect(signal!.aborted).toBe(false)
  })
})

test('a verdict that cannot be carried out is a decision of its own', async () => {
  const recorder = recordEvents()
  const port = recordingPort()
  await decide([guardThat(() => allow({}, { headers: { 'X-Bad': 'line\nbreak' } }))], { port })
  recorder.stop()
  expect(recorder.decisions()).toEqual(['test: allow', 'carrying out: error'])
  expect(recorder.events).toMatchObject([{ name: 'guard_failed' }])
  expect(port.answers).toMatchObject([{ status: 500, problem: { requestId: expect.any(String) } }])
  expect(port.reported).toMatchObject([{ code: 'ERR_INVALID_CHAR' }])
})

test('what can not be told of a request at its end is reported, and ends no process', async () => {
  const recorder = recordEvents()
  const unreadable = {
    get subject(): string {
      throw new Error('unreadable')
    },
  }
  const port = recordingPort()
  const { context } = await decide([guardThat(() => allow({ principal: unreadable }))], { port })
  expect(() => close(context)).not.toThrow()
  recorder.stop()
  expect(port.reported).toMatchObject([{ message: 'unreadable' }])
})
