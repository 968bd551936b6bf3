import { ALLOW, type AnyGuard, deny, onEvent, onVerdict, problem, when } from '@ashlar/core'

import { type AdapterUnderTest, type AppUnderTest, guardThat, type TestRunner, turns, withServer } from './app.ts'

/** Every way in which a function that is not ours may go wrong. `watched` counts who waits for what it answers. */
interface Trouble {
  readonly call: () => never
  readonly watched: () => number
}

/** A promise that never keeps what it says, and notes who listens for that. */
function broken(settle: (reject: (error: unknown) => void) => void): Trouble {
  let watched = 0
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here
    then(_: unknown, reject?: (error: unknown) => void) {
      if (reject) watched += 1
      settle((error) => reject?.(error))
    },
  }
  return { call: () => thenable as never, watched: () => watched }
}

const fault = (): Error => new Error('foreign')

const TROUBLES: Readonly<Record<string, () => Trouble>> = {
  throws() {
    return {
      call() {
        throw fault()
      },
      watched: () => 1,
    }
  },
  rejects() {
    let watched = 0
    const promise = Promise.reject(fault())
    promise.catch(() => undefined)
    Object.defineProperty(promise, 'then', {
      value(...handlers: [undefined, undefined]) {
        if (handlers[1]) watched += 1
        return Promise.prototype.then.apply(promise, handlers)
      },
    })
    return { call: () => promise as never, watched: () => watched }
  },
  'answers a thenable that rejects': () => broken((reject) => reject(fault())),
  'answers a thenable that throws': () =>
    broken(() => {
      throw fault()
    }),
  'answers what can not be read': () => ({
    call: () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw fault()
        },
      }) as never,
    watched: () => 1,
  }),
  'never answers': () => broken(() => undefined),
}

interface Case {
  readonly app: (trouble: Trouble) => AppUnderTest
  /** The status, by the kind of trouble. */
  readonly status: (how: string) => number
  /** Whether the operator is told of it. */
  readonly told: (how: string) => boolean
}

const never = (how: string): boolean => how === 'never answers'
const failing = guardThat(() => {
  throw new Error('guard')
})
const inFront = (...guards: AnyGuard[]): AppUnderTest => ({ guards, routes: [{ path: '/x' }] })

const CASES: Readonly<Record<string, Case>> = {
  'a guard': {
    app: ({ call }) => ({ ...inFront(guardThat(call)), options: { guardTimeout: '50ms' } }),
    status: (how) => (never(how) ? 503 : 500),
    told: () => true,
  },
  'a hook before the headers': {
    app: ({ call }) => inFront(guardThat(() => ({ kind: 'allow', beforeHeaders: call }))),
    status: () => 200,
    told: () => true,
  },
  'a hook after the response': {
    app: ({ call }) => inFront(guardThat(() => ({ kind: 'allow', afterResponse: call }))),
    status: () => 200,
    told: (how) => !never(how),
  },
  'a condition': {
    app: ({ call }) =>
      inFront(
        when(
          call,
          guardThat(() => deny(problem('not-permitted'))),
        ) as AnyGuard,
      ),
    status: (how) => (how === 'throws' ? 500 : 403),
    told: (how) => !never(how),
  },
  'the function that is told of errors': {
    app: ({ call }) => ({ ...inFront(failing), options: { onError: call } }),
    status: () => 500,
    told: () => false,
  },
}

/** What is not ours is contained: whatever it does, the request is answered and the process goes on. */
export function callbacks({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  describe('foreign functions', () => {
    for (const [what, { app, status, told }] of Object.entries(CASES)) {
      for (const [how, trouble] of Object.entries(TROUBLES)) {
        test(`${what} that ${how}`, async () => {
          const made = trouble()
          await withServer(adapter, app(made), async ({ call, reported }) => {
            expect((await call('/x')).status).toBe(status(how))
            await turns()
            expect(made.watched()).toBeGreaterThan(0)
            const messages = reported.map((error) => (error as Error).message)
            if (told(how)) expect(messages.length).toBeGreaterThan(0)
            else expect(messages).toEqual([])
            if (told(how) && !never(how)) expect(messages).toContain('foreign')
          })
        })
      }
    }

    for (const [how, trouble] of Object.entries(TROUBLES)) {
      test(`a subscriber that ${how}`, async () => {
        const made = trouble()
        const stops = [onVerdict(made.call), onEvent(made.call)]
        try {
          await withServer(adapter, inFront(guardThat(() => ALLOW)), async ({ call }) => {
            expect((await call('/x')).status).toBe(200)
            await turns()
            expect(made.watched()).toBeGreaterThan(0)
          })
        } finally {
          for (const stop of stops) stop()
        }
      })
    }
  })
}
