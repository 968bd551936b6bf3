import type { Definition, Dialect, Node } from './dialect.ts'

/** A schema that makes itself anew whenever it is asked for goes on for ever. It is not followed: neither we nor zod would come to an end. */
const MAX_DEFERRED = 100

export interface Survey {
  /** Whether there is any foreign code in the schema. */
  readonly foreign: boolean
  /** Whether foreign code can be reached from a node of the schema. */
  leadsToForeign(node: Node): boolean
}

/** Reads a schema to its ends, by what it is: no value that passed or failed can show what the next one will meet. */
export function survey(schema: Node, dialect: Dialect): Survey {
  const found = new Map<Node, Place>([[schema, { parents: [], deferred: 0 }]])
  const foreign = new Set<Node>()
  for (const [node, { deferred }] of found) {
    if (dialect.isForeign(node)) foreign.add(node)
    if (deferred > MAX_DEFERRED) return { foreign: true, leadsToForeign: () => true }
    const inner = dialect.inner(node)
    for (const child of childrenOf(node, inner, dialect)) {
      const known = found.get(child)
      if (known) known.parents.push(node)
      else found.set(child, { parents: [node], deferred: child === inner ? deferred + 1 : deferred })
    }
  }
  for (const node of foreign) for (const parent of found.get(node)?.parents ?? []) foreign.add(parent)
  return { foreign: foreign.size > 0, leadsToForeign: (node) => foreign.has(node) }
}

interface Place {
  readonly parents: Node[]
  /** How many schemas on the way here name their inner one only when asked. */
  readonly deferred: number
}

/** A member of a definition. Of those that are made when they are asked for only the shape of an object, for others are the app's to make. */
export function memberOf(definition: Definition, name: string): unknown {
  if (name !== 'shape') return Object.getOwnPropertyDescriptor(definition, name)?.value
  const shape = definition[name]
  return typeof shape === 'function' ? shape() : shape
}

/** The nodes that a member of a definition holds. */
export function nodesIn(member: unknown, dialect: Dialect): readonly Node[] {
  if (typeof member !== 'object' || member === null) return []
  if (member instanceof Map) return [...member.values()].filter(dialect.isNode)
  if (dialect.isNode(member)) return [member]
  return Reflect.ownKeys(member)
    .map((name) => (member as Record<PropertyKey, unknown>)[name])
    .filter(dialect.isNode)
}

function childrenOf(node: Node, inner: Node | undefined, dialect: Dialect): readonly Node[] {
  const definition = dialect.definition(node)
  const members = Object.getOwnPropertyNames(definition).map((name) => memberOf(definition, name))
  return [inner, ...members].flatMap((member) => nodesIn(member, dialect))
}
