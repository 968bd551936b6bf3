import { IncomingMessage, ServerResponse } from 'node:http'

import { ConfigurationError } from '@ashlar/core'
import {
  type AdapterSettings,
  type Answer,
  contain,
  makeHeadOfProblem,
  type Port,
  pathOf,
  problemOf,
  sealBeforeWriteHead,
  sealHead,
} from '@ashlar/core/adapter'
import { type TrustProxy, trustNone } from '@ashlar/core/http'
import { isThenable } from '@ashlar/core/time'

import { appQuery } from './app-query.ts'
import { exposePrincipal } from './expose-principal.ts'

/** A request as `node:http` hands it over, with what Express, Connect and their like leave on it. */
export interface NodeRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
  readonly params?: unknown
  readonly body?: unknown
  readonly app?: unknown
}

/** A request and its response. */
export interface NodeContext {
  readonly request: NodeRequest
  readonly response: ServerResponse
}

/** @param app the app that the request has yet to reach, asked for its `trust proxy` */
export function nodePort(settings: AdapterSettings, app?: unknown): Port<NodeContext> {
  const prototypes = prototypesOf(app)
  return {
    request: ({ request }) => request,
    response: ({ response }) => response,
    target: ({ request }) => request.originalUrl ?? request.url ?? '/',
    stillAt: ({ request }, path) => trimmed((request.baseUrl ?? '') + pathOf(request.url ?? '/')) === trimmed(path),
    query: ({ request }) => appQuery(request, app),
    route: ({ request }) => request.route && `${mountOf(request)}${String(request.route.path)}`,
    params: ({ request }) => (request.route ? (request.params as Readonly<Record<string, string>>) : undefined),
    body: ({ request }) => request.body,
    trust: ({ request }) => settings.trust ?? trustOf(request.app ?? app),
    answer({ response }, answer) {
      // It does not have the prototype yet that would make its headers final.
      if (prototypes) sealHead(response, answer.status)
      sendAnswer(response, answer)
    },
    expose({ request }, state) {
      if (state['principal'] !== undefined) exposePrincipal(request, state['principal'], prototypes?.request)
    },
    locals: ({ response }) => (response as { readonly locals?: object }).locals,
    sealLater: ({ response }) => sealBeforeWriteHead(response, prototypes?.response),
    report: (_, error) => reportError(settings, error),
    guardTimeoutMs: settings.guardTimeoutMs,
  }
}

/**
 * What Express 5 will make of a request and its response: it gives them the prototypes that it keeps for the app. Express 4,
 * known by its `lazyrouter`, does so only once it has a route.
 */
function prototypesOf(
  app: unknown,
): { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined {
  const { request, response, lazyrouter } = (app ?? {}) as Readonly<Record<string, unknown>>
  if (lazyrouter || !(request instanceof IncomingMessage && response instanceof ServerResponse)) return undefined
  return { request, response }
}

/** Express's `trust proxy` setting, read on each request since the app may set it later. */
function trustOf(app: unknown): TrustProxy {
  const trust = (app as { settings?: Readonly<Record<string, unknown>> } | undefined)?.settings?.['trust proxy fn']
  return typeof trust === 'function' ? answeringAtOnce(trust as TrustProxy) : trustNone
}

/** One for each app's function, since what is known of an app's trust is kept by it. */
const trusts = new WeakMap<TrustProxy, TrustProxy>()
/** Most processes have one app, and its function is faster to compare than to look up. */
let latest: { readonly trust: TrustProxy; readonly made: TrustProxy } | undefined

/** A promise is true to whoever asks for more than that: every caller could choose its address. */
function answeringAtOnce(trust: TrustProxy): TrustProxy {
  if (latest?.trust === trust) return latest.made
  const made = trusts.get(trust) ?? boolean(trust)
  trusts.set(trust, made)
  latest = { trust, made }
  return made
}

function boolean(trust: TrustProxy): TrustProxy {
  return (address, hop) => {
    const answer: unknown = trust(address, hop)
    if ((typeof answer !== 'object' && typeof answer !== 'function') || answer === null) return Boolean(answer)
    contain(
      () => answer,
      () => undefined,
    )
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `The app's "trust proxy" function answers true or false, at once, and not ${isThenable(answer) ? 'a promise' : 'an object'}.`,
    )
  }
}

/** Segments that are names for certain: letters and hyphens, or a version. */
const NAMES = /^(?:\/(?:[a-z][a-z-]{0,31}|v\d{1,3}))*$/i

/**
 * Where the router is mounted. Express tells the path and not its pattern, so a segment that could be a value, as in a
 * router mounted at `/users/:id`, becomes `*`.
 */
function mountOf({ baseUrl = '' }: NodeRequest): string {
  if (NAMES.test(baseUrl)) return baseUrl
  return baseUrl
    .split('/')
    .map((segment) => (NAMES.test(`/${segment}`) || segment === '' ? segment : '*'))
    .join('/')
}

/** Express gives a router mounted at `/api` the path `/` for `/api`. */
function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/** Answers what a handler threw: a client's error by its status, everything else as 500 and with a word to the operator. */
export function answerError(settings: AdapterSettings, response: ServerResponse, error: unknown): void {
  const problem = problemOf(error, settings, response.req)
  if (problem.status >= 500) reportError(settings, error)
  if (response.headersSent) {
    // One that has been sent whole may still be on its way.
    if (!response.writableEnded) response.destroy()
    return
  }
  makeHeadOfProblem(response, problem.status, error)
  sendAnswer(response, { status: problem.status, problem })
}

/** Writes a complete answer to a plain response. */
export function sendAnswer(response: ServerResponse, { status, problem, body }: Answer): void {
  response.statusCode = status
  if (problem) {
    response.setHeader('content-type', 'application/problem+json')
    response.setHeader('cache-control', 'no-store')
  }
  const sent = problem ? JSON.stringify(problem) : body
  if (sent !== undefined) response.setHeader('content-length', Buffer.byteLength(sent))
  response.end(sent)
}

/** Tells the operator: by the app's own function, or on standard error. */
export function reportError({ onError }: AdapterSettings, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: standard error is where the frameworks themselves report, unless told otherwise
  const report = onError ?? console.error
  contain(() => report(error))
}
