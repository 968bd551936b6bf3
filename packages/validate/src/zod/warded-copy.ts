import { type Definition, type Dialect, isAsync, isAwaited, type Node } from './dialect.ts'
import { memberOf, nodesIn, type Survey } from './survey.ts'
import type { Ward } from './ward.ts'

type Foreign = (...values: unknown[]) => unknown

/** The same schema with its foreign code under a ward, made the way zod makes a schema from another. The app's own stays as it is. */
export function wardedCopy(schema: Node, dialect: Dialect, { leadsToForeign }: Survey, ward: Ward): Node {
  const made = new WeakMap<Node, Node>()
  return copy(schema)

  function copy(node: Node): Node {
    let copied = made.get(node)
    if (copied === undefined) {
      copied = leadsToForeign(node) ? remake(node) : dialect.keep(node, ward)
      made.set(node, copied)
    }
    return copied
  }

  function remake(node: Node): Node {
    const definition = dialect.definition(node)
    const members: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(definition)
    let part: 'checks' | 'more' = dialect.isForeign(node) || dialect.inner(node) ? 'more' : 'checks'
    for (const name of Object.keys(members)) {
      const member = memberOf(definition, name)
      if (member === undefined) continue
      if (name !== 'checks' && nodesIn(member, dialect).some(leadsToForeign)) part = 'more'
      const value = rewrite(node, name, member, typeof definition[name] === 'function')
      members[name] = { value, enumerable: true, writable: true, configurable: true }
    }
    // What a deferred schema stood for is remembered here, and would be taken for what the copy stands for.
    delete members['_cachedInner']
    return dialect.remake(node, Object.defineProperties({}, members) as Definition, ward, part)
  }

  function rewrite(node: Node, name: string, member: unknown, isFunction: boolean): unknown {
    if (name === 'shape') return isFunction ? onceOnly(() => lazily(member as object)) : lazily(member as object)
    if (name === 'getter') return () => copy(dialect.inner(node) ?? node)
    if (typeof member === 'function') return contained(name, member as Foreign)
    if (dialect.isNode(member)) return copy(member)
    if (member instanceof Map) return new Map([...member].map(([key, value]) => [key, copyIfNode(value)]))
    if (Array.isArray(member)) return member.some(dialect.isNode) ? member.map(copyIfNode) : member
    return name === 'effect' ? containAll(member as object) : member
  }

  function contained(name: string, foreign: Foreign): Foreign {
    if (isAwaited(name)) return ward.contain(foreign)
    return isAsync(foreign) ? ward.containAtOnce(foreign, name) : foreign
  }

  /** Each when it is asked for, for an object may hold itself. */
  function lazily(shape: object): object {
    const lazy = {}
    for (const name of Reflect.ownKeys(shape)) {
      const value = (shape as Record<PropertyKey, unknown>)[name]
      Object.defineProperty(lazy, name, { get: () => copyIfNode(value), enumerable: true, configurable: true })
    }
    return lazy
  }

  function containAll(effect: object): object {
    return Object.fromEntries(
      Object.entries(effect).map(([name, value]) => [name, typeof value === 'function' ? ward.contain(value) : value]),
    )
  }

  function copyIfNode(value: unknown): unknown {
    return dialect.isNode(value) ? copy(value) : value
  }
}

function onceOnly<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
