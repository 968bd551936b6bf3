import type { PathPattern } from '../request/path-pattern.ts'
import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { type Ask, ENFORCED } from './ask.ts'
import type { AnyGuard, Moment } from './guard.ts'
import type { Layer } from './layer.ts'
import { slotsOf } from './order-check.ts'
import type { Step } from './step.ts'
import type { Verdict } from './verdict.ts'

/** What a guard of guards is made of. */
export interface Parts {
  readonly how: 'chain' | 'some' | 'except' | 'when' | 'shadow'
  /** In the order in which they are asked; of chains within chains those within. */
  readonly guards: readonly AnyGuard[]
  /** The paths that `except` spares and `when` is for; `undefined` where a function decides. */
  readonly paths?: readonly PathPattern[] | undefined
}

interface Combination {
  /** The guard whose mark this is. A copy, a Proxy or an heir of it is another guard, and is asked by its own `check`. */
  readonly of: AnyGuard
  readonly parts: Parts
  readonly ask: Ask
  /** Of a chain, so that chains within chains become one. */
  readonly steps: readonly Step[] | undefined
}

/** Registered, so that two copies of this package know each other's. Not enumerable, so that no copy of a guard has it. */
const COMBINATION = Symbol.for('@ashlar/core combination 1')

const partsByAsk = new WeakMap<Ask, Parts>()

interface Marked {
  readonly [COMBINATION]?: Combination
}

/** A guard of guards: they are asked and published, it is not. */
export function combine(how: Parts['how'], steps: readonly Step[], ask: Ask, paths?: readonly PathPattern[]): AnyGuard {
  const { needs, adds } = slotsOf(steps)
  const guards = Object.freeze(steps.map((step) => step.guard))
  const check = (request: RequestView, state: object): Awaitable<Verdict> => ask(request, state, ENFORCED)
  Object.defineProperty(check, COMBINATION, { value: ask })
  const made = {
    name: `${how}(${steps.map(({ name }) => name).join(', ')})`,
    layer: commonLayer(steps),
    reads: latestMoment(steps),
    ...(needs.length > 0 && { needs: Object.freeze(needs) }),
    ...(adds.length > 0 && how !== 'shadow' && { adds: Object.freeze(adds) }),
    check,
  } as AnyGuard
  const parts: Parts = Object.freeze({ how, guards, ...(paths && { paths: Object.freeze([...paths]) }) })
  partsByAsk.set(ask, parts)
  const value: Combination = { of: made, parts, ask, steps: how === 'chain' ? steps : undefined }
  return Object.freeze(Object.defineProperty(made, COMBINATION, { value: Object.freeze(value) }))
}

export function combinationOf(guard: AnyGuard | undefined): Combination | undefined {
  const mark = (guard as Marked | null | undefined)?.[COMBINATION]
  return mark?.of === guard ? mark : undefined
}

/** How to ask a copy of a combinator, which is a guard of its own with the combinator's `check`, in a certain manner. */
export function askOfCopy(guard: AnyGuard): Ask | undefined {
  return (guard.check as { readonly [COMBINATION]?: Ask })[COMBINATION]
}

/** Of a copy of a combinator, what that was made of. */
export function partsOfCopy(guard: AnyGuard): Parts | undefined {
  const ask = askOfCopy(guard)
  return ask && partsByAsk.get(ask)
}

/**
 * The guards that a guard made by `chain`, `some`, `except`, `when` or `shadow` asks; `undefined` of any other guard.
 * @example partsOf(chain(a, b)) // { how: 'chain', guards: [a, b] }
 */
export function partsOf(guard: AnyGuard): Parts | undefined {
  return combinationOf(guard)?.parts
}

function commonLayer(steps: readonly Step[]): Layer {
  const [first, ...rest] = new Set(steps.map(({ layer }) => layer))
  return first !== undefined && rest.length === 0 ? first : 'custom'
}

function latestMoment(steps: readonly Step[]): Moment {
  const moments = steps.map(({ reads }) => reads)
  return moments.includes('body') ? 'body' : moments.includes('route') ? 'route' : 'head'
}
