import type { ServerResponse } from 'node:http'

import type { BeforeHeaders, Effects, Headers } from './verdict.ts'

type WriteHead = (this: ServerResponse, ...head: never[]) => ServerResponse

/** What Express's last error handler puts in the place of any policy, whatever the app had set. */
const FINALHANDLER_POLICY = "default-src 'none'"

/**
 * The header fields that guards have set on one response. They are set at once, so that the app sees them and may
 * replace one, and again right before they go out, since Koa's error path strips them all and Express's replaces the
 * policy.
 */
export class ResponseHeaders {
  readonly #response: ServerResponse
  readonly #report: (error: unknown) => void
  readonly #set: Headers[] = []
  readonly #appended: [name: string, value: string][] = []
  #before: BeforeHeaders[] | undefined = undefined
  #first: string | undefined = undefined
  #intercepted = false

  constructor(response: ServerResponse, report: (error: unknown) => void) {
    this.#response = response
    this.#report = report
  }

  apply({ headers, append, beforeHeaders }: Effects): void {
    if (headers) {
      for (const name in headers) {
        this.#response.setHeader(name, headers[name]!)
        this.#first ??= name
      }
      this.#set.push(headers)
    }
    if (append) {
      for (const name in append) {
        for (const value of [append[name]!].flat()) {
          this.#response.appendHeader(name, value)
          this.#appended.push([name, value])
        }
      }
    }
    if (beforeHeaders) (this.#before ??= []).push(beforeHeaders)
    if ((headers || append || beforeHeaders) && !this.#intercepted) this.#intercept()
  }

  /** Every way to send headers in node ends in `writeHead`. */
  #intercept(): void {
    const writeHead = this.#response.writeHead as WriteHead
    this.#intercepted = true
    this.#response.writeHead = ((...head: never[]) => {
      if (!this.#response.headersSent) this.#seal(typeof head[0] === 'number' ? head[0] : this.#response.statusCode)
      return writeHead.apply(this.#response, head)
    }) as ServerResponse['writeHead']
  }

  #seal(status: number): void {
    this.#restore(status)
    if (!this.#before) return
    for (const hook of this.#before) {
      try {
        const headers = hook(status)
        for (const name in headers) this.#response.setHeader(name, headers[name]!)
      } catch (error) {
        this.#report(error)
      }
    }
  }

  /** Whoever strips headers strips them all, so the first one tells. What the app replaced or removed by name stays so. */
  #restore(status: number): void {
    const response = this.#response
    if (this.#first !== undefined && !response.hasHeader(this.#first)) {
      for (const headers of this.#set) {
        for (const name in headers) {
          if (!response.hasHeader(name)) response.setHeader(name, headers[name]!)
        }
      }
    } else if (status >= 400) {
      this.#restorePolicy()
    }
    for (const [name, value] of this.#appended) {
      if (!listOf(response.getHeader(name)).includes(value)) response.appendHeader(name, value)
    }
  }

  #restorePolicy(): void {
    if (this.#response.getHeader('content-security-policy') !== FINALHANDLER_POLICY) return
    for (const headers of this.#set) {
      for (const name in headers) {
        if (name.toLowerCase() === 'content-security-policy') this.#response.setHeader(name, headers[name]!)
      }
    }
  }
}

function listOf(value: number | string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String)
}
