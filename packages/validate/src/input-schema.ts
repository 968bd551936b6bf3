import type { Awaitable } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

import type { InputPart } from './input-part.ts'
import { type Parsed, tooDeep } from './parsed.ts'
import type { Schema } from './schema.ts'
import { parseStandard } from './standard.ts'
import { isZod3, zod3 } from './zod/zod-3.ts'
import { isZod4, zod4 } from './zod/zod-4.ts'
import { ZodSchema } from './zod/zod-schema.ts'

/** The schema of one part, and the way to run it exactly once for each input. */
export class InputSchema {
  readonly part: InputPart
  readonly #run: (value: unknown) => Awaitable<Parsed>

  constructor(part: InputPart, schema: Schema) {
    this.part = part
    this.#run = runnerOf(schema)
  }

  /** @throws whatever a refinement or a transform of the schema throws */
  parse(value: unknown): Awaitable<Parsed> {
    try {
      const parsed = this.#run(value)
      return isThenable(parsed) ? parsed.then(undefined, tooDeep) : parsed
    } catch (error) {
      return tooDeep(error)
    }
  }
}

/** zod answers Standard Schema's call by a first run, which it gives up where it meets a promise, and a second one. */
function runnerOf(schema: Schema): (value: unknown) => Awaitable<Parsed> {
  const zod = isZod4(schema) ? new ZodSchema(schema, zod4) : isZod3(schema) ? new ZodSchema(schema, zod3) : undefined
  if (zod) return (value) => zod.parse(value)
  const standard = schema['~standard']
  return (value) => parseStandard(standard, value)
}
