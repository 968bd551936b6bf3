/** The fields of a hash, in whichever form a client answers HGETALL: pairs in a row, an object, or a map. */
export function fieldsOf(reply: unknown): ReadonlyMap<string, string> {
  if (Array.isArray(reply)) {
    return new Map(
      Array.from({ length: reply.length >> 1 }, (_, index) => [String(reply[2 * index]), String(reply[2 * index + 1])]),
    )
  }
  const entries = reply instanceof Map ? [...(reply as Map<unknown, unknown>)] : Object.entries(reply ?? {})
  return new Map(entries.map(([name, value]) => [String(name), String(value)]))
}
