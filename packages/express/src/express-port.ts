import type { IncomingMessage, ServerResponse } from 'node:http'

import { type AdapterSettings, type Port, pathOf, type TrustProxy, trustNone } from '@ashlar/core'
import { reportError, sendAnswer } from '@ashlar/node'

/** The part of an Express 4 or 5 request that guards need. Connect's request fits as well. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
  readonly params?: unknown
  readonly body?: unknown
  readonly app?: { get(setting: string): unknown }
}

export interface ExpressContext {
  readonly request: ExpressRequest
  readonly response: ServerResponse
}

export function expressPort(settings: AdapterSettings): Port<ExpressContext> {
  return {
    request: ({ request }) => request,
    response: ({ response }) => response,
    target: ({ request }) => request.originalUrl ?? request.url ?? '/',
    stillAt: ({ request }, path) => trimmed((request.baseUrl ?? '') + pathOf(request.url ?? '/')) === trimmed(path),
    route: ({ request }) => request.route && `${request.baseUrl ?? ''}${String(request.route.path)}`,
    params: ({ request }) => (request.route ? (request.params as Readonly<Record<string, string>>) : undefined),
    body: ({ request }) => request.body,
    trust: ({ request }) => settings.trust ?? trustOf(request),
    answer: ({ request, response }, answer) => sendAnswer(request, response, answer),
    expose({ request }, { principal }) {
      if (principal !== undefined) (request as { principal?: unknown }).principal = principal
    },
    report: (_, error) => reportError(settings, error),
    guardTimeoutMs: settings.guardTimeoutMs,
  }
}

function trustOf({ app }: ExpressRequest): TrustProxy {
  const trust = app?.get('trust proxy fn')
  return typeof trust === 'function' ? (trust as TrustProxy) : trustNone
}

/** Express gives a router mounted at `/api` the path `/` for `/api`. */
function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
