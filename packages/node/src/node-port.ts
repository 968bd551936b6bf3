import type { IncomingMessage, ServerResponse } from 'node:http'

import { type AdapterSettings, type Answer, type Port, pathOf, type TrustProxy, trustNone } from '@ashlar/core'

/** A request and its response, as `node:http` hands them over. */
export interface NodeContext {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Plain `node:http` has no router; a body parser of the connect kind leaves its result on `body`. */
export function nodePort(settings: AdapterSettings, trustOfApp?: () => TrustProxy | undefined): Port<NodeContext> {
  return {
    request: ({ request }) => request,
    response: ({ response }) => response,
    target: ({ request }) => request.url ?? '/',
    stillAt: ({ request }, path) => pathOf(request.url ?? '/') === path,
    route: () => undefined,
    params: () => undefined,
    body: ({ request }) => (request as { body?: unknown }).body,
    trust: () => settings.trust ?? trustOfApp?.() ?? trustNone,
    answer: ({ request, response }, answer) => sendAnswer(request, response, answer),
    expose({ request }, { principal }) {
      if (principal !== undefined) (request as { principal?: unknown }).principal = principal
    },
    report: (_, error) => reportError(settings, error),
    guardTimeoutMs: settings.guardTimeoutMs,
  }
}

/** Writes a complete answer to a plain response. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, problem, body }: Answer,
): void {
  response.statusCode = status
  if (problem) {
    response.setHeader('Content-Type', 'application/problem+json')
    response.setHeader('Cache-Control', 'no-store')
  }
  if (body !== undefined) response.setHeader('Content-Length', Buffer.byteLength(body))
  // What is left of the body would have to be read before the connection can serve another request.
  if (!request.complete && mayHaveBody(request)) response.setHeader('Connection', 'close')
  response.end(body)
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Tells the operator: by the app's own function, or on standard error. */
export function reportError({ onError }: AdapterSettings, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: standard error is where the frameworks themselves report, unless told otherwise
  const report = onError ?? console.error
  try {
    report(error)
  } catch {
    // There is nobody left to tell.
  }
}
