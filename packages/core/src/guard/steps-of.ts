import { ConfigurationError } from '../errors.ts'
import type { RequestView } from '../request/request-view.ts'
import { checkGuard } from './check-guard.ts'
import { askOfCopy, combinationOf } from './combination.ts'
import type { AnyGuard } from './guard.ts'
import type { Layer } from './layer.ts'
import { checkOrder } from './order-check.ts'
import type { Step } from './step.ts'

const EARLY: ReadonlySet<Layer> = new Set(['request', 'headers', 'cors', 'audit'])

/**
 * Checks guards and their order, and flattens chains.
 * @throws ConfigurationError `ERR_GUARD_INVALID`, and `ERR_GUARD_ORDER` where a guard needs what only a later one adds
 */
export function stepsOf(guards: readonly AnyGuard[]): readonly Step[] {
  const steps = guards.flatMap((guard): readonly Step[] => combinationOf(guard)?.steps ?? [stepOf(guard)])
  checkOrder(steps)
  return steps
}

/**
 * The same, where having no guard would be a mistake.
 * @param where is configured: `'protect()'`
 */
export function stepsOfSome(where: string, guards: readonly AnyGuard[]): readonly Step[] {
  if (guards.length > 0) return stepsOf(guards)
  throw new ConfigurationError('ERR_GUARD_INVALID', `${where}: expected at least one guard.`, { where })
}

/** @throws ConfigurationError `ERR_GUARD_INVALID` */
export function stepOf(guard: AnyGuard): Step {
  checkGuard(guard)
  const { name, layer, needs = [], adds = [], reads } = guard
  const combination = combinationOf(guard)
  return Object.freeze({
    guard,
    asked: asItIs(guard),
    name,
    layer,
    reads,
    needs: needs.length > 0 ? Object.freeze([...needs]) : undefined,
    adds: Object.freeze([...adds]),
    late: reads !== 'head',
    early: EARLY.has(layer),
    ask: combination?.ask,
    askAsCopy: combination ? undefined : askOfCopy(guard),
    passed: Object.freeze({ guard: name, layer, outcome: 'allow' }),
    skipped: Object.freeze({ guard: name, layer, outcome: 'skipped' }),
  })
}

/** One that can't change is asked itself, which costs least. */
function asItIs(guard: AnyGuard): Pick<AnyGuard, 'check'> {
  const { check } = guard
  const own = Object.getOwnPropertyDescriptor(guard, 'check')
  if (Object.isFrozen(guard) && own?.value === check) return guard
  return Object.freeze({ check: (request: RequestView, state: never) => check.call(guard, request, state) })
}
