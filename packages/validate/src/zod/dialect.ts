import type { Awaitable } from '@ashlar/core'

import type { Parsed } from '../parsed.ts'
import type { Ward } from './ward.ts'

/** A schema of zod, or one of its checks: a member of the tree that an app writes down. */
export type Node = object

/** What a node was made from. */
export type Definition = Readonly<Record<string, unknown>>

/** How a generation of zod keeps what it was told, and how it is run. All of it by structure, for no copy of zod is ours. */
export interface Dialect {
  isNode(value: unknown): value is Node
  definition(node: Node): Definition
  /** Whether the node itself, apart from those below it, calls what the app wrote, or makes promises. */
  isForeign(node: Node): boolean
  /** What a deferred schema stands for; undefined for any other. */
  inner(node: Node): Node | undefined
  /**
   * The same node of another definition, whose failures are the ward's.
   * @param part what of the definition is foreign or leads there: only its checks, or more
   */
  remake(node: Node, definition: Definition, ward: Ward, part: 'checks' | 'more'): Node
  /** A node without foreign code that stands below one that was made anew. */
  keep(node: Node, ward: Ward): Node
  /** Runs a schema without foreign code. */
  runNow(schema: Node, value: unknown): Parsed
  /** Runs a schema in the manner that copes with promises. */
  run(schema: Node, value: unknown): Awaitable<Parsed>
}

/** Functions of a definition that zod asks for an answer and never waits for; some are its own. */
const ASKED_AT_ONCE: ReadonlySet<string> = new Set(['error', 'errorMap', 'when', 'tx', 'catchValue', 'defaultValue'])
/** Functions of a definition that name further nodes. */
const NAMING: ReadonlySet<string> = new Set(['shape', 'getter'])

/** Whether a function of this name in a definition is one whose promises zod waits for. */
export function isAwaited(name: string): boolean {
  return !ASKED_AT_ONCE.has(name) && !NAMING.has(name)
}

/** Whether a function says of itself that it answers a promise. */
export function isAsync(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]'
}

/** Whether a definition itself holds functions that zod waits for, or that it would have to wait for. */
export function holdsForeign(definition: Definition): boolean {
  return Object.getOwnPropertyNames(definition).some((name) => {
    const member: unknown = Object.getOwnPropertyDescriptor(definition, name)?.value
    return (typeof member === 'function' && isAwaited(name)) || isAsync(member)
  })
}
