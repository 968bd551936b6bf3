import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

import type { Query } from './query.ts'

/** What a guard may read. Made once a request, immutable, shared by every guard. */
export interface RequestView {
  /** The caller's `X-Request-ID` where it is well formed, a random UUID otherwise. */
  readonly id: string
  readonly method: string
  /** The path as the client wrote it, before any router changed it. Never ambiguous: such requests are refused first. */
  readonly path: string
  /** What the app reads in the query, whichever parser it has been told to use; immutable and without prototypes. */
  readonly query: Query
  /** Path and query as the client wrote them. */
  readonly target: string
  /** The client's address, by the proxies that the adapter was told to trust. */
  readonly address: string | undefined
  /** The client's own connection is encrypted: by TLS here, or at a trusted proxy, as its `X-Forwarded-Proto` says. */
  readonly secure: boolean
  /** As node presents them: lower-case names, duplicates joined or dropped. See `headerValues`. */
  readonly headers: IncomingHttpHeaders
  /** Every value that was sent under a header name, in order. */
  headerValues(name: string): readonly string[]
  /** Aborts when the connection closes before the response is complete. */
  readonly signal: AbortSignal
  /** The pattern of the matched route, once the framework has matched one: `/users/:id`. */
  readonly route: string | undefined
  /** The route's parameters, once the framework has matched one. */
  readonly params: Readonly<Record<string, string>> | undefined
  /** The parsed body, once a body parser has run. */
  readonly body: unknown
  /** The node request: the identity under which state is kept. */
  readonly raw: IncomingMessage
}
