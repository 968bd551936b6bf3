/** Slots by name, without a prototype: what nobody added is `undefined`, also where `Object.prototype` has been polluted. */
export type Slots = Record<string, unknown>

/** The slots of all, as a new object; a later one's value stands. */
export function joinSlots(...all: readonly (object | undefined)[]): Slots {
  const joined: Slots = Object.create(null)
  for (const slots of all) addState(joined, slots)
  return joined
}

/** Adds to `slots` what a verdict holds itself. */
export function addState(slots: Slots, added: object | undefined): void {
  for (const name in added) if (Object.hasOwn(added, name)) slots[name] = (added as Slots)[name]
}
