import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import type { AnyGuard, RequestSource } from '@ashlar/core'
import type { AdapterOptions } from '@ashlar/core/adapter'

import { type TestServer, testServer } from '../test-server.ts'

/** The part of Jest's globals that contract suites need. */
export interface TestRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>): void
  // biome-ignore lint/suspicious/noExplicitAny: the matchers are the runner's own
  readonly expect: any
}

/** An adapter, by the apps that it can serve. */
export interface AdapterUnderTest {
  readonly name: string
  /** Guards in front stand at a front door, otherwise they are the app's first middleware. */
  readonly frontDoor: boolean
  /** The framework has a router: guards on a route know its pattern and parameters. */
  readonly routes: boolean
  /** The router takes `/ADMIN` and `/admin/` for `/admin`. */
  readonly looseRouting: boolean
  /** The framework's own setting says which proxies to trust, and is followed. */
  readonly followsTrustSetting: boolean
  /** What the framework's own setting for the reading of queries can be; nothing where it has none. */
  readonly queryParsers?: readonly unknown[]
  /** The adapter's guard that refuses what came past the front door. */
  requireFrontDoor(): AnyGuard
  serve(app: AppUnderTest): Server
}

/** A small app, built by each adapter in its framework's own way. */
export interface AppUnderTest {
  /** Served by the framework alone, without a front door: what other apps are compared with. */
  readonly bare?: boolean
  /** In front of everything. */
  readonly guards?: readonly AnyGuard[]
  readonly routes?: readonly RouteUnderTest[]
  /** What the router runs for all of its routes: `router.use(…)`. Only where the framework has a router. */
  readonly routerGuards?: readonly AnyGuard[]
  /** A prefix at which the routes are mounted as a sub-router. */
  readonly mount?: string
  /** Guards that stand at a mount, behind those in front and before the routes. */
  readonly mounts?: readonly { readonly path: string; readonly guards: readonly AnyGuard[] }[]
  /** Texts by path that are served last, by the decoded and normalised path as static servers do. */
  readonly files?: Readonly<Record<string, string>>
  /** A middleware behind the guards in front that rewrites the path before it is routed. */
  readonly rewrite?: (path: string) => string
  readonly errorBoundary?: boolean
  /** JSON bodies are parsed, behind the guards in front. */
  readonly bodyParser?: boolean
  /** The framework's own setting trusts every proxy on loopback, or as many proxies. */
  readonly trustSetting?: boolean | number
  /** The framework's own setting is this function, where it may be one. */
  readonly trustFunction?: (address: string, hop: number) => boolean
  /** The framework's own setting for the reading of queries, one of the adapter's `queryParsers`. */
  readonly queryParser?: unknown
  /** At a front door only: who takes upgrades, behind the same guards. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown
  readonly options?: AdapterOptions
}

export interface RouteUnderTest {
  /** Default `GET`. `ALL` is every method. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL'
  readonly path: string
  readonly guards?: readonly AnyGuard[]
  /** Default: answers 200 with `served`. */
  readonly handler?: Handler
}

/** Answers, throws, or takes the response over and writes to it alone. */
export type Handler = (call: Call) => Reply | typeof TAKEN_OVER | Promise<Reply | typeof TAKEN_OVER>

export const TAKEN_OVER = 'taken over'

export interface Call {
  /** What slots are read from: the request, or the framework's context. */
  readonly source: RequestSource
  readonly response: ServerResponse
  /** The principal as the framework's users reach it: `req.principal`, `ctx.state.principal`. */
  readonly principal: unknown
  /** Where templates look for what they need: `res.locals`, `ctx.state`; an empty object where there is no such place. */
  readonly locals: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** The query as the framework's users read it. */
  readonly query: unknown
}

export interface Reply {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text as it is; anything else as JSON. */
  readonly body: unknown
}

/** What is sent of a reply: its status, its headers and its text. */
export function written({ status = 200, headers = {}, body }: Reply): Required<Reply> & { readonly body: string } {
  if (typeof body === 'string') return { status, headers, body }
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/**
 * What a route without a handler of its own does.
 * @example
 * const routes = [{ path: '/orders/:id', guards: [ownOrder], handler: serve }]
 */
export const serve: Handler = () => ({ body: 'served' })

export interface Running extends TestServer {
  /** Every error that the operator was told of. */
  readonly reported: unknown[]
}

/** Serves an app as long as `use` takes. */
export async function withServer(
  adapter: AdapterUnderTest,
  app: AppUnderTest,
  use: (server: Running) => Promise<void>,
): Promise<void> {
  const reported: unknown[] = []
  const options = { onError: (error: unknown) => void reported.push(error), ...app.options }
  const server = await testServer(adapter.serve({ ...app, options }))
  try {
    await use({ ...server, reported })
  } finally {
    await server.close()
  }
}

/** A guard that reads the head and answers as told. */
export function guardThat(check: AnyGuard['check'], more: Partial<AnyGuard> = {}): AnyGuard {
  return { name: 'test', layer: 'custom', reads: 'head', ...more, check }
}

/** A promise and how to settle it. */
export function deferred<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Lets everything that is already due happen. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
