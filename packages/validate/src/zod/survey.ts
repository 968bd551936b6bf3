import type { Definition, Dialect, Node } from './dialect.ts'

/** A schema that makes itself anew whenever it is asked for goes on for ever, and is not followed. */
const MAX_NODES = 10_000

export interface Survey {
  /** Whether foreign code can be reached from a node of the schema. */
  leadsToForeign(node: Node): boolean
}

/** Reads a schema to its ends, by what it is: no value that passed or failed can show what the next one will meet. */
export function survey(schema: Node, dialect: Dialect): Survey {
  const parents = new Map<Node, Node[]>([[schema, []]])
  const foreign = new Set<Node>()
  for (const node of parents.keys()) {
    if (dialect.isForeign(node)) foreign.add(node)
    for (const child of childrenOf(node, dialect)) {
      const known = parents.get(child)
      if (known) known.push(node)
      else parents.set(child, [node])
    }
    if (parents.size > MAX_NODES) return { leadsToForeign: () => true }
  }
  for (const node of foreign) for (const parent of parents.get(node) ?? []) foreign.add(parent)
  return { leadsToForeign: (node) => foreign.has(node) }
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
  return dialect.isNode(member) ? [member] : Object.values(member).filter(dialect.isNode)
}

function childrenOf(node: Node, dialect: Dialect): readonly Node[] {
  const definition = dialect.definition(node)
  const members = Object.getOwnPropertyNames(definition).map((name) => memberOf(definition, name))
  return [dialect.inner(node), ...members].flatMap((member) => nodesIn(member, dialect))
}
