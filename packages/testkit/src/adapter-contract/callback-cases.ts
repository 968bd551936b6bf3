import {
  ALLOW,
  type AnyGuard,
  chain,
  type Deny,
  deny,
  except,
  type Guard,
  lateSlot,
  problem,
  shadow,
  some,
  when,
} from '@ashlar/core'

import type { Trouble, TroubleName } from '../troubles.ts'
import { type AppUnderTest, guardThat, type Handler, type RouteUnderTest, turns } from './app.ts'

/** What somebody gives us to call, by where it is called from. */
export interface Case {
  readonly app: (trouble: Trouble) => AppUnderTest
  /** The status, by how it goes wrong. */
  readonly status: (how: TroubleName) => number
  /** Whether the operator is told what went wrong. */
  readonly told: (how: TroubleName) => boolean
  /** Whether somebody has to listen for what becomes of it. Default: whatever it is. */
  readonly watched?: (how: TroubleName) => boolean
}

export const always = (): boolean => true
export const answering = (how: TroubleName): boolean => how !== 'never answers'
export const throwing = (how: TroubleName): boolean => how === 'throws'
const ok = (): number => 200

export const REFUSAL: Deny = deny(problem('not-permitted'))
export const refusing: Guard = guardThat(() => REFUSAL) as Guard
export const passing: Guard = guardThat(() => ALLOW) as Guard
const failing: Handler = () => {
  throw Object.assign(new Error('handler'), { status: 410 })
}
const receipt = lateSlot('receipt', (make: () => unknown) => make())

export const inFront = (guard: AnyGuard, more: Partial<RouteUnderTest> = {}): AppUnderTest => ({
  guards: [guard],
  routes: [{ path: '/x', ...more }],
  errorBoundary: true,
  options: { guardTimeout: '50ms' },
})
export const onRoute = (guard: AnyGuard, more: Partial<RouteUnderTest> = {}): AppUnderTest => ({
  routes: [{ path: '/x', guards: [guard], ...more }],
  errorBoundary: true,
  options: { guardTimeout: '50ms' },
})

/** A guard that goes wrong has refused, with 503 where it gives no answer. */
const guards: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({
    'in front': inFront,
    'on the route': onRoute,
    'of a chain': (guard: AnyGuard) => inFront(chain(passing, guard as Guard, refusing)),
    'of some': (guard: AnyGuard) => inFront(some(guard as Guard, refusing)),
    'of when': (guard: AnyGuard) => inFront(when(['/x'], guard as Guard)),
    'of except': (guard: AnyGuard) => inFront(except(['/y'], guard as Guard)),
  }).map(([where, app]) => [
    `a guard ${where}`,
    {
      app: ({ call }: Trouble) => app(guardThat(call)),
      status: (how: TroubleName) => (answering(how) ? 500 : 503),
      told: always,
    },
  ]),
)

/** Hooks, and who brings the answer after which they are called. */
const hooks: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({
    'a success': { handler: undefined, more: [], status: 200 },
    'a refusal': { handler: undefined, more: [refusing], status: 403 },
    'an error': { handler: failing, more: [], status: 410 },
  }).flatMap(([after, { handler, more, status }]) =>
    (['beforeHeaders', 'afterResponse'] as const).map((hook) => [
      `a hook ${hook} of ${after}`,
      {
        app: ({ call }: Trouble) =>
          inFront(
            guardThat(() => ({ kind: 'allow', [hook]: call })),
            { guards: more, ...(handler && { handler }) },
          ),
        status: () => status,
        // A hook before the headers answers at once, so that it gives a promise is a fault of its own.
        told: hook === 'beforeHeaders' ? always : answering,
      },
    ]),
  ),
)

/** The function that is told of errors, by whose error it is told. */
const tellers: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries({
    'a guard in front': inFront(guardThat(() => Promise.reject(new Error('guard')))),
    'a guard on the route': onRoute(
      guardThat(() => {
        throw new Error('guard')
      }),
    ),
    'a guard in shadow': inFront(shadow(guardThat(() => undefined as never) as Guard)),
    'a hook before the headers': inFront(
      guardThat(() => ({
        kind: 'allow',
        beforeHeaders() {
          throw new Error('hook')
        },
      })),
    ),
    'a hook after the response': inFront(
      guardThat(() => ({ kind: 'allow', afterResponse: () => Promise.reject(new Error('hook')) })),
    ),
    'a handler': inFront(passing, {
      handler: () => {
        throw new Error('handler')
      },
    }),
  }).map(([whose, app]) => [
    `the function that is told of the error of ${whose}`,
    {
      app: ({ call }: Trouble) => ({ ...app, options: { ...app.options, onError: call } }),
      status: () => (/hook|shadow/.test(whose) ? 200 : 500),
      told: () => false,
    },
  ]),
)

export const callbackCases: Readonly<Record<string, Case>> = {
  ...guards,
  'a guard in shadow': {
    app: ({ call }) => inFront(shadow(guardThat(call) as Guard)),
    status: ok,
    told: always,
  },
  'a guard of some, before one that passes': {
    app: ({ call }) => inFront(some(guardThat(call) as Guard, passing)),
    status: ok,
    told: always,
  },
  ...hooks,
  'a condition in front': {
    app: ({ call }) => inFront(when(call, refusing)),
    status: (how) => (throwing(how) ? 500 : 403),
    told: answering,
  },
  'a condition on the route, within a chain': {
    app: ({ call }) => onRoute(chain(passing, when(call, refusing))),
    status: (how) => (throwing(how) ? 500 : 403),
    told: answering,
  },
  ...tellers,
  'what makes a late value that the handler reads': {
    app: ({ call }) =>
      inFront(
        guardThat(() => ({ kind: 'allow', state: { receipt: receipt.from(call) } })),
        {
          handler({ source }) {
            receipt.of(source)
            return { body: 'read' }
          },
        },
      ),
    status: (how) => (throwing(how) ? 500 : 200),
    told: (how) => throwing(how) || how === 'rejects',
    // A thenable may begin its work when it is waited for, so nobody does but the handler.
    watched: (how) => how === 'rejects',
  },
  'what makes a late value that the handler waits for': {
    app: ({ call }) =>
      inFront(
        guardThat(() => ({ kind: 'allow', state: { receipt: receipt.from(call) } })),
        {
          async handler({ source }) {
            await Promise.race([receipt.of(source), turns(3)])
            return { body: 'read' }
          },
        },
      ),
    status: (how) => (answering(how) ? 500 : 200),
    told: answering,
  },
}
