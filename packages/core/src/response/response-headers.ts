import { type ServerResponse, validateHeaderName } from 'node:http'

import { AshlarError } from '../errors.ts'
import type { BeforeHeaders, Effects, Headers } from '../guard/verdict.ts'
import { isThenable } from '../time/is-thenable.ts'
import { contain } from '../trouble/contain.ts'

/** What Express's last error handler puts in the place of any policy, whatever the app had set. */
const FINALHANDLER_POLICY = "default-src 'none'"
/** What it writes, the latter in its own spelling. */
const FINALHANDLER_FIELDS: ReadonlySet<string> = new Set(['content-security-policy', 'x-content-type-options'])

/** What is known of a request when the head of its answer goes out. */
export interface AnsweredRequest {
  /** A guard has answered. */
  readonly refused: boolean
  /** Milliseconds since the request's first guard. */
  readonly elapsedMs: number
  /** Tells the operator of a hook that failed. */
  report(error: unknown): void
}

/**
 * The header fields that guards have set on one response. They are set at once, so that the app sees them and may
 * replace one, and again right before they go out, since Koa's error path strips them all and Express's replaces the
 * policy.
 */
export class ResponseHeaders {
  readonly #response: ServerResponse
  /** What guards want done to the headers, in order. */
  #effects: Effects[] | undefined = undefined
  #sealed = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Nothing has to be done before the headers go out. */
  get untouched(): boolean {
    return this.#effects === undefined
  }

  apply(effects: Effects): void {
    const { headers, append, remove, beforeHeaders } = effects
    if (!headers && !append && !remove && !beforeHeaders) return
    // Those are removed when the app answers, who could not answer for a mistake in them.
    if (remove) checkNames(remove)
    const response = this.#response
    if (headers) for (const name in headers) response.setHeader(name, headers[name]!)
    if (append) {
      for (const name in append) {
        const value = append[name] as string | string[]
        // Appending to nothing checks everything twice.
        if (response.hasHeader(name)) response.appendHeader(name, value)
        else response.setHeader(name, value)
      }
    }
    if (this.#effects) this.#effects.push(effects)
    else this.#effects = [effects]
  }

  /** Makes the headers final, once. */
  seal(status: number, request: AnsweredRequest): void {
    // Koa also writes to a response whose client has gone.
    const all = this.#effects
    if (this.#sealed || !all || this.#response.destroyed) return
    this.#sealed = true
    if (status >= 400 && !(request.refused && this.#firstStands(all))) this.#restore(all)
    for (const { append } of all) if (append) this.#restoreAppended(append)
    for (const { remove } of all) if (remove) for (const name of remove) this.#response.removeHeader(name)
    for (const { beforeHeaders } of all) if (beforeHeaders) this.#addLast(beforeHeaders, status, request)
  }

  /** A guard's own refusal strips nothing; Koa's error path, which may come after it, strips everything. */
  #firstStands(all: readonly Effects[]): boolean {
    for (const { headers } of all) for (const name in headers) return this.#response.hasHeader(name)
    return false
  }

  /**
   * Whoever answers with an error may have stripped headers before, and set some again. What the app replaced, or removed
   * from a success, stays so.
   */
  #restore(all: readonly Effects[]): void {
    const response = this.#response
    const replaced = response.getHeader('content-security-policy') === FINALHANDLER_POLICY
    if (replaced) {
      for (const { headers } of all) {
        for (const name in headers) {
          if (FINALHANDLER_FIELDS.has(name.toLowerCase())) response.setHeader(name, headers[name]!)
        }
      }
    }
    // From the last to the first, since the last value set is the one that counts.
    for (let index = all.length - 1; index >= 0; index--) {
      const { headers } = all[index]!
      for (const name in headers) if (!response.hasHeader(name)) response.setHeader(name, headers[name]!)
    }
  }

  #restoreAppended(append: NonNullable<Effects['append']>): void {
    const response = this.#response
    for (const name in append) {
      for (const value of [append[name]!].flat()) {
        if (!holds(response.getHeader(name), value)) response.appendHeader(name, value)
      }
    }
  }

  #addLast(hook: BeforeHeaders, status: number, request: AnsweredRequest): void {
    try {
      const headers: Headers | undefined = hook(status, request.elapsedMs)
      if (isThenable(headers)) {
        contain(
          () => headers,
          (error) => request.report(error),
        )
        throw new AshlarError(
          'ERR_GUARD_INVALID',
          'A "beforeHeaders" hook answered with a promise: its headers are lost.',
        )
      }
      for (const name in headers) this.#response.setHeader(name, headers[name]!)
    } catch (error) {
      request.report(error)
    }
  }
}

/** @throws AshlarError `ERR_GUARD_INVALID`, TypeError for what is no name */
function checkNames(names: unknown): void {
  if (!Array.isArray(names)) throw new AshlarError('ERR_GUARD_INVALID', 'A verdict’s "remove" is a list of names.')
  for (const name of names) validateHeaderName(name)
}

/** Whether a field has this value among its own, be they lines or members of a list: `Vary: Origin, Accept-Encoding`. */
function holds(field: number | string | readonly string[] | undefined, value: string): boolean {
  if (field === undefined) return false
  return [field].flat().some((line) => String(line) === value || String(line).split(/, */).includes(value))
}
