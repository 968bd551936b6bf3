import type { ServerResponse } from 'node:http'

import * as node from '@ashlar/node'
import { answerError } from '@ashlar/node/adapter'
import { describe, expect, test } from '@jest/globals'

import { type AdapterUnderTest, adapterContract, type NodePackage, plainAdapters } from '../src/index.ts'

const [byMiddleware, byFrontDoor] = plainAdapters({ ...node, answerError } as NodePackage)

describe('the adapter contract holds for a sound adapter', () => {
  adapterContract({ describe, test, expect }, byFrontDoor)
})

/** The tests of the contract, by their names. */
function testsOf(adapter: AdapterUnderTest): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  const names: string[] = []
  const runner = {
    expect,
    describe(name: string, body: () => void) {
      names.push(name)
      body()
      names.pop()
    },
    test: (name: string, body: () => Promise<void>) => void tests.set([...names.slice(1), name].join(' '), body),
  }
  adapterContract(runner, adapter)
  return tests
}

/** Serves as `adapter` does, with a change to each response. */
function respondingOtherwise(adapter: AdapterUnderTest, change: (response: ServerResponse) => void): AdapterUnderTest {
  return {
    ...adapter,
    serve: (app) => adapter.serve(app).prependListener('request', (_request, response) => change(response)),
  }
}

/** As a parser does that takes brackets off a name. */
function nested(query: unknown): unknown {
  return Object.fromEntries(Object.entries(query as object).map(([name, value]) => [name.replace(/\[.*/, ''), value]))
}

describe('the adapter contract finds an adapter that', () => {
  const { serve } = byMiddleware
  const broken: Record<string, { adapter: AdapterUnderTest; found: readonly string[] }> = {
    'asks no guard in front': {
      adapter: { ...byMiddleware, serve: (app) => serve({ ...app, guards: [] }) },
      found: [
        'answers a refusal in front, synchronous, is a problem that no cache keeps, and the handler never runs',
        'headers protect on GET /served',
        'paths no spelling slips past when() of the path',
        'no spelling slips past a condition in front of a route that ends with a parameter (from the 2251th)',
        'queries are read by guards as the app reads them, or refused (from the 1th)',
        'behind a Unix socket a caller is known by what the proxy says, and by nothing that it says itself',
        'hooks run once on a success',
        'a guard that throws in front refuses with 500, tells the operator and tells the caller nothing',
        'upgrades are ordinary requests as long as nobody listens for them',
      ],
    },
    'asks no guard on a route': {
      adapter: {
        ...byMiddleware,
        serve: ({ routes = [], ...app }) => serve({ ...app, routes: routes.map(({ guards: _, ...route }) => route) }),
      },
      found: [
        'answers a refusal on the route, asynchronous, is a problem that no cache keeps, and the handler never runs',
        'moments a guard behind a body parser reads the body',
        'the caller gets in only by the front door, where that is required',
      ],
    },
    'loses headers on their way': {
      adapter: respondingOtherwise(byMiddleware, (response) => {
        const writeHead = response.writeHead as (...head: unknown[]) => ServerResponse
        response.writeHead = (...head: unknown[]) => {
          for (const name of response.getHeaderNames()) response.removeHeader(name)
          return writeHead.apply(response, head)
        }
      }),
      found: [
        'headers protect on GET /served',
        'answers a complete answer that is no refusal',
        'hooks run once on a success',
      ],
    },
    'lets its errors be seen': {
      adapter: { ...byMiddleware, serve: (app) => serve({ ...app, options: { ...app.options, development: true } }) },
      found: ['the error boundary answers an error with a problem that leaks nothing (no guard)'],
    },
    'has no error boundary': {
      adapter: { ...byMiddleware, serve: (app) => serve({ ...app, errorBoundary: false }) },
      found: [
        'the error boundary tells message and stack in development',
        'moments a body that is no JSON is the caller’s error, and says so',
      ],
    },
    'asks no guard at a mount': {
      adapter: { ...byMiddleware, serve: ({ mounts: _, ...app }) => serve(app) },
      found: [
        'no spelling slips past a guard at a mount in front of files, with none but an early one before it (from the 1th)',
      ],
    },
    'reads queries otherwise than its guards do': {
      adapter: {
        ...byMiddleware,
        serve: ({ routes = [], ...app }) =>
          serve({
            ...app,
            routes: routes.map((route) => ({
              ...route,
              handler: (call) => route.handler!({ ...call, query: nested(call.query) }),
            })),
          }),
      },
      found: ['queries are read by guards as the app reads them, or refused (from the 1th)'],
    },
    'believes every caller': {
      adapter: {
        ...byMiddleware,
        serve: (app) => serve({ ...app, options: { ...app.options, trustedProxies: ['0.0.0.0/1', '128.0.0.0/1'] } }),
      },
      found: [
        'the caller is the peer, whatever X-Forwarded-For says, as long as no proxy is trusted',
        'behind a Unix socket a caller is known by what the proxy says, and by nothing that it says itself',
      ],
    },
    'has a front door without a lock': {
      adapter: { ...byFrontDoor, serve: (app) => byFrontDoor.serve({ ...app, guards: [] }) },
      found: [
        'moments a guard that reads the route is not admitted in front (bare)',
        'answers a refusal in front, asynchronous, is a problem that no cache keeps, and the handler never runs',
      ],
    },
  }

  for (const [what, { adapter, found }] of Object.entries(broken)) {
    for (const name of found) {
      test(`${what}: ${name}`, async () => {
        const body = testsOf(adapter).get(name)
        expect(body).toBeDefined()
        await expect(body!()).rejects.toThrow()
      })
    }
  }
})
