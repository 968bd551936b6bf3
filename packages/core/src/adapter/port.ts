import type { IncomingMessage, ServerResponse } from 'node:http'

import type { TrustProxy } from '../http/address.ts'
import type { Problem } from '../problem/problem.ts'
import type { AppQuery, QueryParser } from '../request/query.ts'

/** A complete answer: a problem, to be sent as JSON, or a text or bytes. */
export interface Answer {
  readonly status: number
  readonly problem?: Problem | undefined
  readonly body?: string | Uint8Array | undefined
}

/** What an adapter must know of its framework. `Context` is what the framework hands to middleware. */
export interface Port<Context> {
  request(context: Context): IncomingMessage
  response(context: Context): ServerResponse
  /** The request target before any router changed it. */
  target(context: Context): string
  /** `false` when the framework now routes by another path than `path`, for instance after a rewrite. */
  stillAt(context: Context, path: string): boolean
  /**
   * What the app has made of the query, or the function that will make it. Default, and where it is `undefined`: the app reads
   * none, and guards read it flat.
   */
  query?(context: Context): QueryParser | AppQuery | undefined
  route(context: Context): string | undefined
  params(context: Context): Readonly<Record<string, string>> | undefined
  body(context: Context): unknown
  /** Which proxies the app itself trusts, where the framework has such a setting. */
  trust(context: Context): TrustProxy
  /** Sends a complete answer. The headers of the verdict have been set already. */
  answer(context: Context, answer: Answer): void
  /** Makes the principal reachable the framework's own way. */
  expose(context: Context, state: Readonly<Record<string, unknown>>): void
  /** Where templates look for values by name; late slots are offered there. Default: nowhere. */
  locals?(context: Context): object | undefined
  /**
   * Sees to it that `sealHead(response, status)` is called right before the response's head goes out, whoever writes it.
   * Default: `sealBeforeWriteHead(response)`.
   */
  sealLater?(context: Context): void
  /** Tells the operator of an error whose request was refused. */
  report(context: Context, error: unknown): void
  /** How long a guard may take, in milliseconds, before the request is refused with 503. */
  readonly guardTimeoutMs: number
}
