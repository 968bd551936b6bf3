import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Port } from '../adapter/port.ts'
import { clientAddress, clientIsSecure, type TrustProxy } from '../http/address.ts'
import { headerValues } from '../http/header-values.ts'
import { noticeAddress } from '../http/notice-address.ts'
import type { Witness } from '../run/witness.ts'
import { parseQuery, type Query } from './query.ts'
import { requestIdFrom } from './request-id.ts'
import type { RequestView } from './request-view.ts'
import { pathOf, searchOf } from './target.ts'

const PATH = 1
const METHOD = 2
const QUERY = 4

/** What only the framework knows, and only later. */
type LateParts<Context = unknown> = Pick<Port<Context>, 'route' | 'params' | 'body'>

/** The one `RequestView`. What costs something is computed when it is first asked for; what could be gone then is kept. */
export class RequestHead implements RequestView {
  readonly raw: IncomingMessage
  /** The exchange this is the request of; none where a guard is tested without HTTP. Not part of `RequestView`. */
  witness: Witness | undefined = undefined
  /** Which of path, method and query guards have read, so that a later rewrite of it is noticed. */
  read = 0

  readonly #target: string
  readonly #path: string
  readonly #method: string
  readonly #peer: string | undefined
  readonly #trust: TrustProxy
  #id: string | undefined = undefined
  #query: Query | undefined = undefined
  #address: string | null | undefined = null
  #addressFailed = false
  #secure: boolean | undefined = undefined
  #abort: AbortController | undefined = undefined
  #port: LateParts | undefined = undefined
  #context: unknown = undefined

  constructor(raw: IncomingMessage, target: string, trust: TrustProxy) {
    this.raw = raw
    this.#target = target
    this.#path = pathOf(target)
    this.#method = raw.method ?? 'GET'
    // A connection that was reset knows it no more.
    this.#peer = raw.socket?.remoteAddress
    this.#trust = trust
  }

  get id(): string {
    return (this.#id ??= requestIdFrom(this.raw.headers['x-request-id']))
  }

  get method(): string {
    this.read |= METHOD
    return this.#method
  }

  /** The method, for what makes no decision of it. */
  get methodUnread(): string {
    return this.#method
  }

  get path(): string {
    this.read |= PATH
    return this.#path
  }

  /** The path, for what makes no decision of it. */
  get pathUnread(): string {
    return this.#path
  }

  get target(): string {
    this.read |= PATH | QUERY
    return this.#target
  }

  get query(): Query {
    this.read |= QUERY
    return (this.#query ??= parseQuery(searchOf(this.#target)))
  }

  get address(): string | undefined {
    if (this.#address === null) {
      this.#address = clientAddress(this.raw, this.#trust, this.#peer)
      noticeAddress(this.raw, this.#trust, this.#peer, this.#address)
    }
    return this.#address
  }

  /** The address, for what is published: `undefined` where the app's own function can't say which proxies to trust. */
  get recordedAddress(): string | undefined {
    try {
      return this.address
    } catch (error) {
      if (!this.#addressFailed) this.witness?.report(error)
      this.#addressFailed = true
      return undefined
    }
  }

  get pathWasRead(): boolean {
    return (this.read & PATH) !== 0
  }

  /** Neither the method nor the query is another than guards have read. */
  get isUnchanged(): boolean {
    const { raw, read } = this
    return (
      ((read & METHOD) === 0 || (raw.method ?? 'GET') === this.#method) &&
      ((read & QUERY) === 0 || raw.url === this.#target || searchOf(raw.url ?? '') === searchOf(this.#target))
    )
  }

  get secure(): boolean {
    return (this.#secure ??= clientIsSecure(this.raw, this.#trust, this.#peer))
  }

  get headers(): IncomingHttpHeaders {
    return this.raw.headers
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController()
      this.#abort = abort
      this.witness?.after(({ aborted }) => {
        if (aborted) abort.abort()
      })
    }
    return this.#abort.signal
  }

  get route(): string | undefined {
    return this.#port?.route(this.#context)
  }

  get params(): Readonly<Record<string, string>> | undefined {
    return this.#port?.params(this.#context)
  }

  get body(): unknown {
    return this.#port?.body(this.#context)
  }

  headerValues(name: string): readonly string[] {
    return headerValues(this.raw, name)
  }

  /** From now on the late parts are read at this place in the framework. */
  enter<Context>(port: LateParts<Context>, context: Context): void {
    this.#port = port as LateParts
    this.#context = context
  }
}
