import type { FoundIssue, Parsed } from '../parsed.ts'
import { type Definition, type Dialect, holdsForeign, type Node } from './dialect.ts'

type Result =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly FoundIssue[] } }

/** What the schemas of zod 3 have. Its checks are plain values and no nodes. */
interface Zod3Schema {
  readonly _def: Definition
  readonly constructor: new (definition: Definition) => Zod3Schema
  _parse(input: unknown): unknown
  safeParse(value: unknown): Result
  safeParseAsync(value: unknown): Promise<Result>
}

/** Those that call foreign code or make promises. */
const FOREIGN = new Set(['ZodEffects', 'ZodPromise', 'ZodFunction'])

const known = (node: Node) => node as Zod3Schema
const nameOf = (node: Node) => String(known(node)._def['typeName'])

/** Whether it is a schema of zod 3, of whichever copy. */
export function isZod3(value: unknown): value is Zod3Schema {
  return zod3.isNode(value) && typeof known(value).safeParseAsync === 'function'
}

export const zod3: Dialect = {
  isNode(value): value is Node {
    if (typeof value !== 'object' || value === null || '_zod' in value) return false
    const { _def, _parse } = value as Partial<Zod3Schema>
    return typeof _def === 'object' && _def !== null && typeof _parse === 'function'
  },

  definition: (node) => known(node)._def,

  isForeign: (node) => FOREIGN.has(nameOf(node)) || !nameOf(node).startsWith('Zod') || holdsForeign(known(node)._def),

  inner: (node) => (nameOf(node) === 'ZodLazy' ? (known(node)._def['getter'] as () => Node)() : undefined),

  remake(node, definition, ward) {
    const copy = new (known(node).constructor)(definition)
    copy._parse = ward.containStep<[unknown], unknown>(copy._parse.bind(copy), () => ({ status: 'aborted' }))
    return copy
  },

  keep: (node) => node,

  runNow: (schema, value) => parsedOf(known(schema).safeParse(value)),

  run: (schema, value) => known(schema).safeParseAsync(value).then(parsedOf),
}

function parsedOf(result: Result): Parsed {
  return result.success ? { success: true, data: result.data } : { success: false, issues: result.error.issues }
}
