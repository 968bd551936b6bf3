import type { Awaitable } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

import type { Parsed } from '../parsed.ts'
import type { Dialect, Node } from './dialect.ts'
import { type Survey, survey } from './survey.ts'
import { Ward } from './ward.ts'
import { wardedCopy } from './warded-copy.ts'

/** As many copies wait for the next requests; a copy takes as long to make as many requests take. */
const MAX_IDLE = 64

interface Copy {
  readonly schema: Node
  readonly ward: Ward
}

/**
 * A schema of zod as it is run for requests: exactly once for each, at once where it has no code of the app's in it, and
 * under a ward where it has. Runs of one copy would share their failures, so each has one to itself.
 */
export class ZodSchema {
  readonly #schema: Node
  readonly #dialect: Dialect
  readonly #idle: Copy[] = []
  #survey: Survey | undefined

  constructor(schema: Node, dialect: Dialect) {
    this.#schema = schema
    this.#dialect = dialect
  }

  /** @throws whatever code of the app's in the schema throws, or what it rejects with */
  parse(value: unknown): Awaitable<Parsed> {
    // Not sooner: a schema may name others that the app's modules have not made yet when it is handed over.
    const found = (this.#survey ??= survey(this.#schema, this.#dialect))
    if (!found.foreign) return this.#dialect.runNow(this.#schema, value)
    return this.#warded(this.#idle.pop() ?? this.#copy(found), value)
  }

  #copy(found: Survey): Copy {
    const ward = new Ward()
    return { schema: wardedCopy(this.#schema, this.#dialect, found, ward), ward }
  }

  #warded(copy: Copy, value: unknown): Awaitable<Parsed> {
    try {
      const parsed = this.#dialect.run(copy.schema, value)
      if (!isThenable(parsed)) return this.#conclude(copy, parsed)
      return parsed.then(
        (ended) => this.#conclude(copy, ended),
        (error: unknown) => this.#fail(copy, error),
      )
    } catch (error) {
      return this.#fail(copy, error)
    }
  }

  #fail(copy: Copy, error: unknown): Awaitable<Parsed> {
    copy.ward.fail(error)
    return this.#conclude(copy, undefined)
  }

  /** Waits also for what zod does not wait for: it may fail, and nobody else would know. */
  #conclude(copy: Copy, parsed: Parsed | undefined): Awaitable<Parsed> {
    if (copy.ward.busy) return copy.ward.idle().then(() => this.#conclude(copy, parsed))
    if (this.#idle.length < MAX_IDLE) this.#idle.push(copy)
    copy.ward.close()
    return parsed as Parsed
  }
}
