import type { AppendedHeaders, BeforeHeaders, Effects, Headers } from '../guard/verdict.ts'
import type { Exchange } from '../run/exchange.ts'
import { sealBeforeWriteHead } from './write-head.ts'

/** What Express's last error handler puts in the place of any policy, whatever the app had set. */
const FINALHANDLER_POLICY = "default-src 'none'"
/** What it writes, the latter in its own spelling. */
const FINALHANDLER_FIELDS: ReadonlySet<string> = new Set(['content-security-policy', 'x-content-type-options'])

/**
 * The header fields that guards have set on one response. They are set at once, so that the app sees them and may
 * replace one, and again right before they go out, since Koa's error path strips them all and Express's replaces the
 * policy.
 */
export class ResponseHeaders {
  readonly #exchange: Exchange
  #set: Headers[] | undefined = undefined
  #appended: AppendedHeaders[] | undefined = undefined
  #removed: readonly string[] | undefined = undefined
  #before: BeforeHeaders[] | undefined = undefined
  #state: 'untouched' | 'open' | 'sealed' = 'untouched'

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  apply({ headers, append, remove, beforeHeaders }: Effects): void {
    const { response } = this.#exchange
    if (headers) {
      for (const name in headers) response.setHeader(name, headers[name]!)
      if (this.#set) this.#set.push(headers)
      else this.#set = [headers]
    }
    if (append) {
      for (const name in append) {
        const value = append[name] as string | string[]
        // Appending to nothing checks everything twice.
        if (response.hasHeader(name)) response.appendHeader(name, value)
        else response.setHeader(name, value)
      }
      ;(this.#appended ??= []).push(append)
    }
    if (remove) this.#removed = this.#removed ? [...this.#removed, ...remove] : remove
    if (beforeHeaders) (this.#before ??= []).push(beforeHeaders)
    if (this.#state === 'untouched' && (headers || append || remove || beforeHeaders)) {
      this.#state = 'open'
      sealBeforeWriteHead(response, this.#exchange.responsePrototype)
    }
  }

  /** Makes the headers final, once. */
  seal(status: number): void {
    const { response } = this.#exchange
    // Koa also writes to a response whose client has gone.
    if (this.#state !== 'open' || response.destroyed) return
    this.#state = 'sealed'
    if (status >= 400) this.#restore()
    if (this.#appended) this.#restoreAppended(this.#appended)
    if (this.#removed) for (const name of this.#removed) response.removeHeader(name)
    if (this.#before) this.#addLast(this.#before, status)
  }

  /**
   * Whoever answers with an error may have stripped headers before, and set some again. What the app replaced, or removed
   * from a success, stays so. A guard's own refusal strips none.
   */
  #restore(): void {
    if (!this.#set) return
    const first = firstNameOf(this.#set)
    if (this.#exchange.refused && first !== undefined && this.#exchange.response.hasHeader(first)) return
    this.#restorePolicy(this.#set)
    this.#restoreMissing(this.#set)
  }

  /** From the last to the first, since the last value set is the one that counts. */
  #restoreMissing(set: readonly Headers[]): void {
    const { response } = this.#exchange
    for (const headers of set.toReversed()) {
      for (const name in headers) {
        if (!response.hasHeader(name)) response.setHeader(name, headers[name]!)
      }
    }
  }

  #restorePolicy(set: readonly Headers[]): void {
    const { response } = this.#exchange
    if (response.getHeader('content-security-policy') !== FINALHANDLER_POLICY) return
    for (const headers of set) {
      for (const name in headers) {
        if (FINALHANDLER_FIELDS.has(name.toLowerCase())) response.setHeader(name, headers[name]!)
      }
    }
  }

  #restoreAppended(appended: readonly AppendedHeaders[]): void {
    const { response } = this.#exchange
    for (const headers of appended) {
      for (const name in headers) {
        for (const value of [headers[name]!].flat()) {
          if (!holds(response.getHeader(name), value)) response.appendHeader(name, value)
        }
      }
    }
  }

  #addLast(hooks: readonly BeforeHeaders[], status: number): void {
    const { response, startedAt } = this.#exchange
    const elapsedMs = performance.now() - startedAt
    for (const hook of hooks) {
      try {
        const headers = hook(status, elapsedMs)
        for (const name in headers) response.setHeader(name, headers[name]!)
      } catch (error) {
        this.#exchange.report(error)
      }
    }
  }
}

function firstNameOf(set: readonly Headers[]): string | undefined {
  for (const headers of set) for (const name in headers) return name
  return undefined
}

/** Whether a field has this value among its own, be they lines or members of a list: `Vary: Origin, Accept-Encoding`. */
function holds(field: number | string | readonly string[] | undefined, value: string): boolean {
  if (field === undefined) return false
  return [field].flat().some((line) => String(line) === value || String(line).split(/, */).includes(value))
}
