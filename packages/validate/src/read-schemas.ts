import { ConfigurationError } from '@ashlar/core'
import { OptionPlace, type OptionReader, type OptionTable, optional, readOptions } from '@ashlar/core/options'

import { INPUT_PARTS, type InputPart } from './input-part.ts'
import { InputSchema } from './input-schema.ts'
import { isSchema, type Schema } from './schema.ts'
import { isZod3 } from './zod/zod-3.ts'
import { isZod4, zod4Version } from './zod/zod-4.ts'

const WHERE = 'validate()'
const A_SCHEMA = 'a schema of zod, or of another library with Standard Schema'

const schema: OptionReader<Schema> = (value, at) => {
  if (isZod4(value)) refuseOldZod(zod4Version(value), at)
  if (isAnySchema(value)) return value
  const fields = hasSchemas(value) ? `Its members are schemas: write { ${at.option}: z.object({ … }) }.` : undefined
  throw at.invalid(A_SCHEMA, value, fields ?? `Write { ${at.option}: z.object({ … }) }.`)
}

const TABLE = {
  body: optional(schema),
  query: optional(schema),
  params: optional(schema),
  headers: optional(schema),
} satisfies OptionTable<Readonly<Partial<Record<InputPart, Schema>>>>

const HINTS = {
  schema: 'Name the part that it is for: { body: schema }.',
  json: 'What the body parser made of the body is "body".',
  form: 'What the body parser made of the body is "body".',
  param: 'The parameters of the route are "params".',
  path: 'The parameters of the route are "params".',
  cookies: 'Cookies are in the header field "cookie"; sessions() and apiKeys() read theirs.',
}

/** The schemas by part, in the order of the parts. @throws ConfigurationError for what is none */
export function readSchemas(schemas: Readonly<Partial<Record<InputPart, Schema>>>): readonly InputSchema[] {
  // Read as options it would be one with members that nobody knows.
  if (readAsSchema(schemas)) {
    throw new OptionPlace(WHERE).invalid(
      'an object with options',
      undefined,
      'This is a schema: write validate({ body: schema }).',
    )
  }
  const read = readOptions<Readonly<Partial<Record<InputPart, Schema>>>, typeof TABLE>(WHERE, schemas, TABLE, {
    hints: HINTS,
  })
  const given = INPUT_PARTS.filter((part) => Object.hasOwn(schemas ?? {}, part))
  if (given.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${WHERE}: give a schema for ${INPUT_PARTS.join(', ')}.`, {
      where: WHERE,
    })
  }
  return given.map((part) => {
    const known = read[part]
    // Left out is one thing; a schema that should be there and is not would leave the part unchecked.
    if (known === undefined)
      throw new OptionPlace(WHERE, part).invalid(`${A_SCHEMA}, not undefined: often a circular import`)
    return new InputSchema(part, known)
  })
}

/** zod 3 has Standard Schema since 3.24. */
function isAnySchema(value: unknown): value is Schema {
  return isSchema(value) || isZod4(value) || isZod3(value)
}

/** Options that can't be read are the reader's to refuse. */
function readAsSchema(schemas: unknown): boolean {
  try {
    return isAnySchema(schemas)
  } catch {
    return false
  }
}

function hasSchemas(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(isAnySchema)
}

/** Also that of a copy which came with somebody else's package, where no range of ours is asked. */
function refuseOldZod(version: ReturnType<typeof zod4Version>, at: OptionPlace): void {
  if (!version || version.major > 4 || version.minor >= 5) return
  const made = `${version.major}.${version.minor}.${version.patch}`
  throw at.unsafe(
    `was made by zod ${made}, whose objects may take a member named __proto__ for their prototype, or for none at all. Use zod 4.5 or newer, and import it from "zod".`,
  )
}
