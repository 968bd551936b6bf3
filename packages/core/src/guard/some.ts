import { ConfigurationError } from '../errors.ts'
import type { RequestView } from '../request/request-view.ts'
import { judge } from '../run/judge.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { commonLayer, latestMoment } from './chain.ts'
import { mergeEffects } from './effects.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf, ToIntersection } from './order.ts'
import { type Combinator, combinator, type Manner, type Step, stepOf } from './step.ts'
import { ALLOW, type Deny, type Verdict } from './verdict.ts'

/**
 * Passes when one of its guards does, asked in order; the first refusal is the answer when none does.
 * Its layer is that of its guards where they agree, `custom` otherwise. Only the winner's headers are sent. What a losing
 * guard has spent, such as a rate-limit token, stays spent; its after-response hook runs, so it can settle that itself.
 * @throws ConfigurationError `ERR_GUARD_INVALID` without guards
 */
export function some<const Guards extends readonly AnyGuard[]>(
  ...guards: Guards
): Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object> {
  const steps = guards.map(stepOf)
  if (steps.length === 0) throw new ConfigurationError('ERR_GUARD_INVALID', 'some(): expected at least one guard.')
  const guard: Combinator = {
    name: `some(${guards.map(({ name }) => name).join(', ')})`,
    layer: commonLayer(steps),
    reads: latestMoment(steps),
    check: (request, state, manner) => firstOf(steps, 0, request, state, manner, undefined),
  }
  return combinator(guard) as Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object>
}

function firstOf(
  steps: readonly Step[],
  from: number,
  request: RequestView,
  state: object,
  manner: Manner | undefined,
  lost: Deny | undefined,
): Awaitable<Verdict> {
  let refusal = lost
  for (let index = from; index < steps.length; index++) {
    const verdict = judge(steps[index]!, request, state, manner)
    if (verdict === ALLOW && !refusal) return ALLOW
    if (verdict instanceof Promise) {
      const before = refusal
      return verdict.then((settled) =>
        settled.kind === 'deny'
          ? firstOf(steps, index + 1, request, state, manner, beside(before, settled))
          : win(settled, before),
      )
    }
    if (verdict.kind !== 'deny') return win(verdict, refusal)
    refusal = beside(refusal, verdict)
  }
  return refusal!
}

/** The first refusal, with the later one's after-response hook. */
function beside(first: Deny | undefined, { afterResponse, ...next }: Deny): Deny {
  const refusal = first ?? next
  return afterResponse ? { ...refusal, ...mergeEffects(refusal, { afterResponse }) } : refusal
}

function win(verdict: Verdict, lost: Deny | undefined): Verdict {
  return lost?.afterResponse ? { ...verdict, ...mergeEffects({ afterResponse: lost.afterResponse }, verdict) } : verdict
}
