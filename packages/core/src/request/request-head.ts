import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Port } from '../adapter/port.ts'
import { clientAddress, clientIsSecure, type TrustProxy } from '../http/address.ts'
import { headerValues } from '../http/header-values.ts'
import { noticeAddress } from '../http/notice-address.ts'
import { peerOf } from '../http/peer.ts'
import type { Witness } from '../run/witness.ts'
import { type AppQuery, isCutOff, isSameQuery, type Query, type QueryParser, readQuery } from './query.ts'
import { requestIdFrom } from './request-id.ts'
import type { RequestView } from './request-view.ts'
import { pathOf, searchOf } from './target.ts'

const PATH = 1
const METHOD = 2
const QUERY = 4

/** What only the framework knows, and most of it only later. */
type LateParts<Context = unknown> = Pick<Port<Context>, 'route' | 'params' | 'body' | 'query'>

/** What of a request is not as guards have read it. */
export type Change = 'path' | 'method' | 'query' | 'query cut off'

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
  /** What will make an object of the query, where it is known. */
  #queryParser: QueryParser | undefined = undefined
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
    this.#peer = peerOf(raw.socket)
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

  /** Path and query, for what makes no decision of them. */
  get targetUnread(): string {
    return this.#target
  }

  get target(): string {
    this.read |= PATH | QUERY
    return this.#target
  }

  get query(): Query {
    this.read |= QUERY
    return (this.#query ??= this.#readQuery())
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

  /** Which of method and query is another than guards have read, or was never read whole. */
  get change(): Change | undefined {
    const { raw, read } = this
    if ((read & METHOD) !== 0 && (raw.method ?? 'GET') !== this.#method) return 'method'
    return (read & QUERY) === 0 ? undefined : this.#queryChange()
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

  #readQuery(): Query {
    const app = this.#appQuery()
    if (typeof app === 'function') this.#queryParser = app
    return readQuery(searchOf(this.#target), app)
  }

  #appQuery(): QueryParser | AppQuery | undefined {
    return this.#port?.query?.(this.#context)
  }

  #queryChange(): Change | undefined {
    const { url } = this.raw
    const search = searchOf(this.#target)
    if (url !== this.#target && searchOf(url ?? '') !== search) return 'query'
    if (search === '') return undefined
    if (isCutOff(search)) return 'query cut off'
    if (this.#query === undefined) return undefined
    const app = this.#appQuery()
    // The same parser makes the same of it.
    if (typeof app !== 'object' && app === this.#queryParser) return undefined
    return isSameQuery(this.#query, typeof app === 'object' ? app : readQuery(search, app)) ? undefined : 'query'
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
