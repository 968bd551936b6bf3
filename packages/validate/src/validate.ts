import {
  AshlarError,
  type Awaitable,
  allow,
  deny,
  type Guard,
  guard,
  type Moment,
  problem,
  type RequestSource,
  type RequestView,
  slot,
  type Verdict,
} from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

import { input as inputSlot } from './input.ts'
import { InputIssues } from './input-issue.ts'
import { type InputPart, readPart } from './input-part.ts'
import type { InputSchema } from './input-schema.ts'
import { issueDetail } from './issue-detail.ts'
import type { Parsed } from './parsed.ts'
import { readSchemas } from './read-schemas.ts'
import type { OutputOf, Schema } from './schema.ts'
import { refuseUnreadBody } from './unread-body.ts'

/** A schema for each part of the request that is validated; at least one. */
export interface InputSchemas {
  /** Given what the body parser made of the body. */
  readonly body?: Schema
  /**
   * Given what the app reads in the query: strings, arrays of strings where a name appears twice, and what Express's `extended`
   * parser makes of brackets. A blank one is a string too, which `z.coerce.number()` makes 0.
   */
  readonly query?: Schema
  /** Given the route's parameters, as strings. */
  readonly params?: Schema
  /** Given header fields by lower-case name, as node presents them. */
  readonly headers?: Schema
}

/** What the schemas make of the input. */
export type InputOf<Schemas extends InputSchemas> = {
  readonly [Part in keyof Schemas]: Schemas[Part] extends Schema ? OutputOf<Schemas[Part]> : never
}

export interface ValidateGuard<Input extends object> extends Guard<{ readonly input: Input }> {
  /**
   * Exactly what this guard validated, also where several validated the same request.
   * @throws AshlarError `ERR_STATE_MISSING` when this guard has not passed this request
   */
  of(source: RequestSource): Input
}

/** One name a guard in this process and across copies of this package. */
let guards = 0
const COPY = Math.random().toString(36).slice(2)

/**
 * Validates the parts of a request that a schema is given for. How strict it is, the schema says: `z.strictObject` refuses
 * unknown members, `z.object` drops them. Refuses with 400 `invalid-input` and up to fifty issues, or with 415 a body in a
 * media type that no parser reads.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` for a schema
 *   of zod 4 before 4.5
 * @example
 * const order = validate({ body: z.strictObject({ symbol: z.string(), quantity: z.int().positive() }) })
 * app.post('/orders', protect(order), (req, res) => {
 *   const { body } = order.of(req) // { symbol: string, quantity: number }
 * })
 */
export function validate<const Schemas extends InputSchemas>(schemas: Schemas): ValidateGuard<InputOf<Schemas>> {
  const compiled = readSchemas(schemas)
  const parts = compiled.map(({ part }) => part)
  const own = `input ${COPY} ${++guards}`
  const validated = slot<InputOf<Schemas>>(own)
  const name = `validate ${parts.join(', ')}`
  const hasBody = parts.includes('body')
  const development = process.env['NODE_ENV'] === 'development'

  function check(request: RequestView, state: object): Awaitable<Verdict<{ input: InputOf<Schemas> }>> {
    const refusal = hasBody ? refuseUnreadBody(request, name) : undefined
    if (refusal) return refusal
    const results = parseAll(compiled, request)
    for (const result of results) {
      if (isThenable(result)) return Promise.all(results).then((settled) => conclude(settled, state))
    }
    return conclude(results as readonly Parsed[], state)
  }

  function conclude(results: readonly Parsed[], state: object): Verdict<{ input: InputOf<Schemas> }> {
    const value: Record<string, unknown> = {}
    let issues: InputIssues | undefined
    let reason = 'the input does not match its schema'
    for (let index = 0; index < results.length; index++) {
      const result = results[index]!
      const part = parts[index]!
      if (result.success) {
        value[part] = result.data
        continue
      }
      if (development && !issues) reason += ` (${issueDetail(part, result.issues[0]!)})`
      issues ??= new InputIssues()
      issues.add(part, result.issues)
    }
    if (issues) {
      return deny(problem('invalid-input', { issues: issues.list }), { event: 'input_validation_fail', reason })
    }
    const earlier = (state as { input?: object }).input
    const input = earlier ? { ...earlier, ...value } : value
    return allow({ input, [own]: value } as unknown as { input: InputOf<Schemas> })
  }

  const made = guard({ name, layer: 'validation', reads: momentOf(parts), adds: { input: inputSlot }, check })
  return Object.freeze<ValidateGuard<InputOf<Schemas>>>({
    ...(made as Guard<{ input: InputOf<Schemas> }>),
    of(source) {
      const value = validated.find(source)
      if (value) return value
      throw new AshlarError(
        'ERR_STATE_MISSING',
        `Guard "${name}" has not passed this request, so it has no input to give. Protect the route with it.`,
      )
    },
  })
}

function momentOf(parts: readonly InputPart[]): Moment {
  return parts.includes('body') ? 'body' : parts.includes('params') ? 'route' : 'head'
}

function parseAll(schemas: readonly InputSchema[], request: RequestView): readonly Awaitable<Parsed>[] {
  const results: Awaitable<Parsed>[] = []
  try {
    for (const schema of schemas) results.push(schema.parse(readPart(request, schema.part)))
  } catch (error) {
    // Nobody will wait for those that were begun before this one threw.
    for (const result of results) if (isThenable(result)) result.then(undefined, () => {})
    throw error
  }
  return results
}
