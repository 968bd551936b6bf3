import { isThenable } from '@ashlar/core/time'

import type { FoundIssue, Parsed } from '../parsed.ts'
import { type Definition, type Dialect, holdsForeign, type Node } from './dialect.ts'
import type { Ward } from './ward.ts'

interface Payload {
  readonly value: unknown
  readonly issues: readonly FoundIssue[]
}
type Step = (payload: Payload, context: object) => Payload | PromiseLike<Payload>

/** What the schemas and checks of zod 4 and zod/mini keep behind `_zod`. */
interface Kept {
  readonly def: Definition
  readonly constr: new (definition: Definition) => Zod4Node
  readonly traits: Iterable<string>
  readonly version?: { readonly major: number; readonly minor: number; readonly patch: number }
  readonly innerType?: Node
  readonly check?: (...values: unknown[]) => unknown
  /** Only a schema has these two. */
  parse: Step
  run?: Step
}
interface Zod4Node {
  readonly _zod: Kept
}

const LEAVES = new Set(
  [
    'string',
    'number',
    'int',
    'bigint',
    'boolean',
    'date',
    'symbol',
    'undefined',
    'null',
    'void',
    'any',
    'unknown',
  ].concat(['never', 'nan', 'enum', 'literal', 'file', 'template_literal']),
)
const BRANCHES = new Set(
  [
    'object',
    'array',
    'tuple',
    'record',
    'map',
    'set',
    'union',
    'intersection',
    'optional',
    'nullable',
    'nonoptional',
  ].concat(['default', 'prefault', 'catch', 'success', 'readonly', 'pipe', 'lazy']),
)
const CHECKS = new Set(
  [
    'less_than',
    'greater_than',
    'multiple_of',
    'number_format',
    'bigint_format',
    'max_size',
    'min_size',
    'size_equals',
    'max_length',
  ].concat([
    'min_length',
    'length_equals',
    'string_format',
    'property',
    'properties',
    'mime_type',
    'overwrite',
    'describe',
    'meta',
  ]),
)

const kept = (node: Node) => (node as Zod4Node)._zod

/** Whether it is a schema of zod 4 or zod/mini, of whichever copy. */
export function isZod4(value: unknown): value is Zod4Node {
  return zod4.isNode(value) && typeof kept(value).run === 'function'
}

/** The version of zod that made a schema, where it tells. */
export function zod4Version(schema: Zod4Node): Kept['version'] {
  return schema._zod.version
}

export const zod4: Dialect = {
  isNode(value): value is Node {
    if (typeof value !== 'object' || value === null) return false
    const inside = (value as Partial<Zod4Node>)._zod
    return typeof inside === 'object' && inside !== null && typeof inside.def === 'object' && inside.def !== null
  },

  definition: (node) => kept(node).def,

  /** What zod does not name as its own is foreign: a list of what calls foreign code would lack what it does not know. */
  isForeign(node) {
    const { def, run, traits } = kept(node)
    if (holdsForeign(def)) return true
    if (!run) return !CHECKS.has(def['check'] as string)
    const type = def['type'] as string
    return !(LEAVES.has(type) || BRANCHES.has(type)) || ![...traits].every((trait) => /^_?\$?Zod/.test(trait))
  },

  inner: (node) => (kept(node).def['type'] === 'lazy' ? kept(node).innerType : undefined),

  remake(node, definition, ward, part) {
    const original = kept(node)
    if (!original.run)
      return CHECKS.has(definition['check'] as string) ? new original.constr(definition) : containCheck(node, ward)
    const copy = new original.constr(definition)
    // The original has compiled this part, and runs it several times faster where there is nothing to wait for.
    if (part === 'checks') copy._zod.parse = (payload) => original.parse(payload, { async: false })
    copy._zod.run = ward.containStep(copy._zod.run as Step, unchanged)
    return copy
  },

  keep(node, ward) {
    const original = kept(node)
    // A leaf has no depth in which it could run out of stack.
    if (!original.run || LEAVES.has(original.def['type'] as string)) return node
    const run = ward.containStep((payload: Payload) => original.run!(payload, { async: false }), unchanged)
    return overlay(node, { run: { value: run } })
  },

  runNow: (schema, value) => parsedOf(kept(schema).run!({ value, issues: [] }, { async: false }) as Payload),

  run(schema, value) {
    const payload = kept(schema).run!({ value, issues: [] }, { async: true })
    return isThenable(payload) ? Promise.resolve(payload).then(parsedOf) : parsedOf(payload)
  },
}

function parsedOf({ issues, value }: Payload): Parsed {
  return issues.length > 0 ? { success: false, issues } : { success: true, data: value }
}

const unchanged = (payload: Payload) => payload

/** A check that is nothing but a function, such as that of `superRefine`. */
function containCheck(node: Node, ward: Ward): Node {
  return overlay(node, { check: { value: ward.contain(kept(node).check!) } })
}

/** The same node with other members behind `_zod`. */
function overlay(node: Node, members: PropertyDescriptorMap): Node {
  return Object.create(node, { _zod: { value: Object.create(kept(node), members) } }) as Node
}
