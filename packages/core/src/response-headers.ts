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
      // Koa also writes to a response whose client has gone.
      if (!this.#response.headersSent && !this.#response.destroyed)
        this.#seal(typeof head[0] === 'number' ? head[0] : this.#response.statusCode)
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

  /**
   * Whoever strips headers strips them all and answers with an error, so the first one tells. What the app replaced, or
   * removed by name from a success, stays so.
   */
  #restore(status: number): void {
    const response = this.#response
    if (status >= 400 && this.#first !== undefined) {
      if (response.hasHeader(this.#first)) this.#restorePolicy()
      else this.#restoreMissing()
    }
    for (const [name, value] of this.#appended) {
      if (!holds(response.getHeader(name), value)) response.appendHeader(name, value)
    }
  }

  /** From the last to the first, since the last value set is the one that counts. */
  #restoreMissing(): void {
    for (const headers of this.#set.toReversed()) {
      for (const name in headers) {
        if (!this.#response.hasHeader(name)) this.#response.setHeader(name, headers[name]!)
      }
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

/** Whether a field has this value among its own, be they lines or members of a list: `Vary: Origin, Accept-Encoding`. */
function holds(field: number | string | readonly string[] | undefined, value: string): boolean {
  if (field === undefined) return false
  return [field].flat().some((line) => String(line) === value || String(line).split(/, */).includes(value))
}
