import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Port } from '../adapter/port.ts'
import { clientAddress, clientIsSecure, type TrustProxy } from '../http/address.ts'
import { headerValues } from '../http/header-values.ts'
import { noticeAddress } from '../http/notice-address.ts'
import type { Exchange } from '../run/exchange.ts'
import { parseQuery, type Query } from './query.ts'
import { requestIdFrom } from './request-id.ts'
import type { RequestView } from './request-view.ts'
import { pathOf, searchOf } from './target.ts'

/** What only the framework knows, and only later. */
type LateParts<Context = unknown> = Pick<Port<Context>, 'route' | 'params' | 'body'>

/** The one `RequestView`. What costs something is computed when it is first asked for. */
export class RequestHead implements RequestView {
  readonly raw: IncomingMessage
  /** The exchange this is the request of; none where a guard is tested without HTTP. Not part of `RequestView`. */
  exchange: Exchange | undefined = undefined
  /** Set when a guard reads the path, so that a later rewrite of it is noticed. */
  pathWasRead = false

  readonly #target: string
  readonly #path: string
  readonly #trust: TrustProxy
  #id: string | undefined = undefined
  #query: Query | undefined = undefined
  #address: string | null | undefined = null
  #secure: boolean | undefined = undefined
  #abort: AbortController | undefined = undefined
  #port: LateParts | undefined = undefined
  #context: unknown = undefined

  constructor(raw: IncomingMessage, target: string, trust: TrustProxy) {
    this.raw = raw
    this.#target = target
    this.#path = pathOf(target)
    this.#trust = trust
  }

  get id(): string {
    return (this.#id ??= requestIdFrom(this.raw.headers['x-request-id']))
  }

  get method(): string {
    return this.raw.method ?? 'GET'
  }

  get path(): string {
    this.pathWasRead = true
    return this.#path
  }

  /** The path, for what makes no decision of it. */
  get pathUnread(): string {
    return this.#path
  }

  get target(): string {
    this.pathWasRead = true
    return this.#target
  }

  get query(): Query {
    return (this.#query ??= parseQuery(searchOf(this.#target)))
  }

  get address(): string | undefined {
    if (this.#address === null) {
      this.#address = clientAddress(this.raw, this.#trust)
      noticeAddress(this.raw, this.#trust, this.#address)
    }
    return this.#address
  }

  get secure(): boolean {
    return (this.#secure ??= clientIsSecure(this.raw, this.#trust))
  }

  get headers(): IncomingHttpHeaders {
    return this.raw.headers
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      this.exchange?.whenAborted(() => this.#abort!.abort())
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
