/** An own property. What is inherited, also from a polluted `Object.prototype`, does not count. */
export function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}
