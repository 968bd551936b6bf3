import type { Awaitable } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'
import { $ZodAsyncError, type $ZodIssue, type $ZodType, safeParse, safeParseAsync } from 'zod/v4/core'

import type { InputPart } from './input-part.ts'

export type Parsed =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly $ZodIssue[] } }

const TOO_DEEP: Parsed = {
  success: false,
  error: { issues: [{ code: 'custom', path: [], message: 'Too deeply nested', input: undefined }] },
}

/**
 * The schema of one part, and the way it has to be asked. zod's synchronous way is several times faster and fails once it
 * meets a promise, so it is taken when the schema has shown that it makes none.
 */
export class InputSchema {
  readonly part: InputPart
  readonly #schema: $ZodType
  #way: 'unknown' | 'synchronous' | 'asynchronous' = 'unknown'

  constructor(part: InputPart, schema: $ZodType) {
    this.part = part
    this.#schema = schema
  }

  /** @throws whatever a refinement or a transform of the schema throws */
  parse(value: unknown): Awaitable<Parsed> {
    try {
      const parsed = this.#ask(value)
      return isThenable(parsed) ? parsed.catch(tooDeep) : parsed
    } catch (error) {
      return tooDeep(error)
    }
  }

  #ask(value: unknown): Awaitable<Parsed> {
    if (this.#way === 'synchronous') return this.#parseNow(value)
    if (this.#way === 'asynchronous') return safeParseAsync(this.#schema, value)
    return this.#explore(value)
  }

  /** Asks in a manner that may answer either way. A synchronous attempt would abandon the promise it meets, and the rejection of that one would end the process. */
  #explore(value: unknown): Awaitable<Parsed> {
    const attempt = this.#schema._zod.run({ value, issues: [] }, { async: true })
    if (isThenable(attempt)) {
      this.#way = 'asynchronous'
      return attempt.then(({ value: data, issues }) =>
        issues.length > 0 ? safeParseAsync(this.#schema, value) : { success: true, data },
      )
    }
    // Only a value that passed has been through the whole of the schema.
    if (attempt.issues.length > 0) return this.#parseNow(value)
    this.#way = 'synchronous'
    return { success: true, data: attempt.value }
  }

  #parseNow(value: unknown): Awaitable<Parsed> {
    try {
      return safeParse(this.#schema, value)
    } catch (error) {
      if (!(error instanceof $ZodAsyncError)) throw error
      this.#way = 'asynchronous'
      return safeParseAsync(this.#schema, value)
    }
  }
}

/** A recursive schema that runs out of stack was given an input that is nested that deeply: the caller's error. */
function tooDeep(error: unknown): Parsed {
  if (error instanceof RangeError && error.message.includes('call stack')) return TOO_DEEP
  throw error
}
