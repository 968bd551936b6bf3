import { ConfigurationError } from '../errors.ts'
import type { Decision } from '../events/events.ts'
import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { AnyGuard } from './guard.ts'
import type { Layer } from './layer.ts'
import type { Verdict } from './verdict.ts'

/** A guard made ready to run: checked, and with what is published when it passes made once. */
export interface Step {
  readonly guard: AnyGuard
  readonly needs: readonly string[] | undefined
  /** It reads more than the head, so it matters where it stands. */
  readonly late: boolean
  /** It may run before the target has been found unambiguous, so that its headers are on that refusal as well. */
  readonly early: boolean
  /** The guard itself where it only asks others: they are published, it is not. */
  readonly combinator: Combinator | undefined
  /** What is published when it passes, and when a condition spares it. */
  readonly passed: Decision
  readonly skipped: Decision
}

const EARLY: ReadonlySet<Layer> = new Set(['request', 'headers', 'cors', 'audit'])

/** A chain carries its steps, so that chains within chains become one. */
const STEPS = Symbol.for('@ashlar/core steps 1')
const COMBINATOR = Symbol.for('@ashlar/core combinator 1')

interface Marked extends AnyGuard {
  readonly [STEPS]?: readonly Step[]
  readonly [COMBINATOR]?: true
}

/** How a refusal is recorded: a shadowed guard's refusal refuses nothing. */
export type Manner = 'enforced' | 'shadow'

/** A guard that only asks others, in the manner in which it was asked itself. */
export interface Combinator extends AnyGuard {
  check(request: RequestView, state: object, manner?: Manner): Awaitable<Verdict>
}

/** Marks a combinator. `steps`: those it asks in order, where it can be flattened. */
export function combinator(guard: Combinator, steps?: readonly Step[]): AnyGuard {
  const marked: Marked = { ...guard, [COMBINATOR]: true, ...(steps && { [STEPS]: steps }) }
  return Object.freeze(marked)
}

/**
 * Checks guards and flattens chains.
 * @throws ConfigurationError `ERR_GUARD_INVALID`
 */
export function stepsOf(guards: readonly AnyGuard[]): readonly Step[] {
  return guards.flatMap((guard) => (guard as Partial<Marked> | undefined)?.[STEPS] ?? [stepOf(guard)])
}

export function stepOf(guard: AnyGuard): Step {
  checkGuard(guard)
  const { name, layer, needs, reads } = guard
  const combinator = (guard as Marked)[COMBINATOR] ? (guard as Combinator) : undefined
  return Object.freeze({
    guard,
    combinator,
    needs: needs?.length ? needs : undefined,
    late: reads !== 'head',
    early: EARLY.has(layer),
    passed: Object.freeze({ guard: name, layer, outcome: 'allow' }),
    skipped: Object.freeze({ guard: name, layer, outcome: 'skipped' }),
  })
}

function checkGuard(guard: Partial<AnyGuard> | undefined): void {
  const problem =
    typeof guard !== 'object' || guard === null
      ? `expected a guard, not ${guard === null ? 'null' : typeof guard}. Was a factory passed without calling it?`
      : typeof guard.check !== 'function'
        ? 'a guard has a "check" function.'
        : typeof guard.name !== 'string' || guard.name === ''
          ? 'a guard has a name.'
          : !['head', 'route', 'body'].includes(String(guard.reads))
            ? `guard "${guard.name}": "reads" is "head", "route" or "body".`
            : undefined
  if (problem) throw new ConfigurationError('ERR_GUARD_INVALID', problem)
}
