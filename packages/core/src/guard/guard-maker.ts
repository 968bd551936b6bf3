import { ConfigurationError } from '../errors.ts'
import { kindOf } from '../options/kind-of.ts'
import { nearestName } from '../options/nearest-name.ts'
import type { RequestView } from '../request/request-view.ts'
import type { Late } from '../state/late.ts'
import type { LateSlot } from '../state/late-slot.ts'
import type { Slot } from '../state/state.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { checkGuard } from './check-guard.ts'
import type { AnyGuard, Guard, Moment } from './guard.ts'
import type { Layer } from './layer.ts'
import type { Verdict } from './verdict.ts'

/** Slots, each under its own name. */
export type SlotsByName = Readonly<Record<string, Slot<unknown>>>

/** What a verdict's or a request's state holds for these slots. */
export type StateOf<Slots extends SlotsByName> = {
  readonly [Name in keyof Slots]: Slots[Name] extends LateSlot<infer Value, never>
    ? Late<Value>
    : Slots[Name] extends Slot<infer Value>
      ? Value
      : never
}

export interface GuardDefinition<Needs extends SlotsByName, Adds extends SlotsByName> {
  /** For people: `'bearer'`, `'permit orders:write'`. Published in events, so it holds nothing secret. */
  readonly name: string
  readonly layer: Layer
  /** The earliest point at which it can decide. */
  readonly reads: Moment
  /** Slots that an earlier guard must have filled, by their names: `{ principal }`. `check` gets their values. */
  readonly needs?: Needs
  /** Slots that it fills when it passes, by their names. */
  readonly adds?: Adds
  check(this: void, request: RequestView, state: StateOf<Needs>): Awaitable<Verdict<StateOf<Adds>>>
}

const MEMBERS: readonly string[] = ['name', 'layer', 'reads', 'needs', 'adds', 'check']

/**
 * Makes a guard: checked, frozen, and typed by the slots that it needs and adds. `protect`, `frontDoor` and `chain` refuse it
 * at the start where what it needs is added by a later guard only.
 * @throws ConfigurationError `ERR_GUARD_INVALID`
 * @example
 * const order = slot<Order>('order')
 * const ownOrder = guard({
 *   name: 'own order',
 *   layer: 'authorization',
 *   reads: 'route',
 *   needs: { principal },
 *   adds: { order },
 *   async check({ params }, { principal }) {
 *     const found = await orders.find(params?.id)
 *     return found?.owner === principal.subject ? allow({ order: found }) : deny(problem('not-found'))
 *   },
 * })
 */
export function guard<
  const Needs extends SlotsByName = Record<never, never>,
  const Adds extends SlotsByName = Record<never, never>,
>(definition: GuardDefinition<Needs, Adds>): Guard<StateOf<Adds>, StateOf<Needs>> {
  if (typeof definition !== 'object' || definition === null) {
    throw new ConfigurationError('ERR_GUARD_INVALID', `guard(): expected an object, not ${kindOf(definition)}.`)
  }
  for (const member of Object.keys(definition)) {
    if (MEMBERS.includes(member)) continue
    const nearest = nearestName(member, MEMBERS)
    const hint = nearest ? `Did you mean "${nearest}"?` : `A guard has ${MEMBERS.join(', ')}.`
    throw new ConfigurationError('ERR_GUARD_INVALID', `guard(): a guard has no "${member}". ${hint}`)
  }
  const { name, layer, reads, needs, adds, check } = definition
  const made = {
    name,
    layer,
    reads,
    ...(needs !== undefined && { needs: namesOf(name, 'needs', needs) }),
    ...(adds !== undefined && { adds: namesOf(name, 'adds', adds) }),
    check,
  }
  checkGuard(made as Partial<AnyGuard>)
  return Object.freeze(made) as Guard<StateOf<Adds>, StateOf<Needs>>
}

function namesOf(guard: string, member: 'needs' | 'adds', slots: SlotsByName): readonly string[] {
  if (typeof slots !== 'object' || slots === null) {
    throw new ConfigurationError(
      'ERR_GUARD_INVALID',
      `guard "${guard}": "${member}" is an object of slots: { principal }.`,
    )
  }
  const names = Object.keys(slots)
  for (const name of names) {
    const held = slots[name]?.name
    if (held === name) continue
    const problem =
      typeof held === 'string'
        ? `the slot of "${name}" is called "${held}". Write { ${held}: … }.`
        : `"${name}" is no slot. Write { ${name} }, where ${name} is slot('${name}').`
    throw new ConfigurationError('ERR_GUARD_INVALID', `guard "${guard}": "${member}": ${problem}`)
  }
  return Object.freeze(names)
}
