/** What a request's slots hold, by their names. */
export type SlotValues = Record<string, unknown>

/** Without a prototype: what nobody added is `undefined`, also where `Object.prototype` has been polluted. */
class Unrelated {
  [slot: string]: unknown
}
Object.setPrototypeOf(Unrelated.prototype, null)
Reflect.deleteProperty(Unrelated.prototype, 'constructor')

/** Nothing yet. Of a class, since an object made without a prototype is slow to read. */
export function slotValues(): SlotValues {
  return new Unrelated()
}

/** The slots of all, as a new object; a later one's value stands. */
export function joinSlots(...all: readonly (object | undefined)[]): SlotValues {
  const joined = slotValues()
  for (const slots of all) addSlots(joined, slots)
  return joined
}

/** Adds to `slots` what a verdict holds itself. */
export function addSlots(slots: SlotValues, added: object | undefined): void {
  for (const name in added) if (Object.hasOwn(added, name)) slots[name] = (added as SlotValues)[name]
}
