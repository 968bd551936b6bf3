import {
  AshlarError,
  type Awaitable,
  allow,
  ConfigurationError,
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
import { OptionPlace, type OptionReader, type OptionTable, optional, readOptions } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'
import type { $ZodType, output } from 'zod/v4/core'
import { input as inputSlot } from './input.ts'
import { collectIssues, type InputIssue } from './input-issue.ts'
import { INPUT_PARTS, type InputPart, readPart } from './input-part.ts'
import { InputSchema, type Parsed } from './input-schema.ts'
import { refuseUnreadBody } from './unread-body.ts'

/** A zod 4 schema (or one of zod/mini) for each part of the request that is validated; at least one. */
export interface InputSchemas {
  readonly body?: $ZodType
  /**
   * As the app reads it: values are strings, or arrays of strings where a name appears twice (`z.coerce.number()` and the like
   * turn them), and what Express's `extended` parser makes of brackets.
   */
  readonly query?: $ZodType
  /** The route's parameters, as strings. */
  readonly params?: $ZodType
  /** By lower-case name, as node presents them. */
  readonly headers?: $ZodType
}

/** What the schemas make of the input. */
export type InputOf<Schemas extends InputSchemas> = {
  readonly [Part in keyof Schemas]: Schemas[Part] extends $ZodType ? output<Schemas[Part]> : never
}

export interface ValidateGuard<Input extends object> extends Guard<{ readonly input: Input }> {
  /**
   * Exactly what this guard validated, also where several validated the same request.
   * @throws AshlarError `ERR_STATE_MISSING` when this guard has not passed this request
   */
  of(source: RequestSource): Input
}

const WHERE = 'validate()'

/** One name a guard in this process and across copies of this package. */
let guards = 0
const COPY = Math.random().toString(36).slice(2)

/**
 * Validates the parts of a request that a schema is given for. How strict it is, the schema says: `z.strictObject` refuses
 * unknown members, `z.object` drops them. Refuses with 400 `invalid-input` and up to fifty issues, or with 415 a body in a
 * media type that no parser reads.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const order = validate({ body: z.strictObject({ symbol: z.string(), quantity: z.int().positive() }) })
 * app.post('/orders', protect(order), (req, res) => {
 *   const { body } = order.of(req) // { symbol: string, quantity: number }
 * })
 */
export function validate<const Schemas extends InputSchemas>(schemas: Schemas): ValidateGuard<InputOf<Schemas>> {
  const compiled = compile(schemas)
  const parts = compiled.map(({ part }) => part)
  const own = `input ${COPY} ${++guards}`
  const validated = slot<InputOf<Schemas>>(own)
  const name = `validate ${parts.join(', ')}`
  const hasBody = parts.includes('body')

  function check(request: RequestView, state: object): Awaitable<Verdict<{ input: InputOf<Schemas> }>> {
    const refusal = hasBody ? refuseUnreadBody(request) : undefined
    if (refusal) return refusal
    const results = parseAll(compiled, request)
    for (const result of results) {
      if (isThenable(result)) return Promise.all(results).then((settled) => conclude(settled, state))
    }
    return conclude(results as readonly Parsed[], state)
  }

  function conclude(results: readonly Parsed[], state: object): Verdict<{ input: InputOf<Schemas> }> {
    const value: Record<string, unknown> = {}
    let issues: InputIssue[] | undefined
    for (let index = 0; index < results.length; index++) {
      const result = results[index]!
      const part = parts[index]!
      if (result.success) value[part] = result.data
      else collectIssues((issues ??= []), part, result.error.issues)
    }
    if (issues) {
      return deny(problem('invalid-input', { issues }), {
        event: 'input_validation_fail',
        reason: 'the input does not match its schema',
      })
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

const schema: OptionReader<$ZodType> = (value, at) => {
  if (isSchema(value)) return value
  throw at.invalid('a zod 4 schema', value, `Write { ${at.option}: z.object({ … }) }.`)
}

const SCHEMAS = {
  body: optional(schema),
  query: optional(schema),
  params: optional(schema),
  headers: optional(schema),
} satisfies OptionTable<InputSchemas>

function compile(schemas: InputSchemas): readonly InputSchema[] {
  const read = readOptions<InputSchemas, typeof SCHEMAS>(WHERE, schemas, SCHEMAS)
  const given = INPUT_PARTS.filter((part) => Object.hasOwn(schemas, part))
  if (given.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${WHERE}: give a schema for ${INPUT_PARTS.join(', ')}.`, {
      where: WHERE,
    })
  }
  return given.map((part) => {
    const known = read[part]
    // Left out is one thing; a schema that should be there and is not would leave the part unchecked.
    if (known === undefined) {
      throw new OptionPlace(WHERE, part).invalid('a zod 4 schema, not undefined: often a circular import')
    }
    return new InputSchema(part, known)
  })
}

function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && typeof (value as Partial<$ZodType>)._zod?.run === 'function'
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
