import { ConfigurationError } from '../errors.ts'
import type { RequestView } from '../request/request-view.ts'
import { judge } from '../run/judge.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { isThenable } from '../time/is-thenable.ts'
import type { Manner } from './ask.ts'
import { combine } from './combination.ts'
import { beside, releasesOf } from './effects.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf, ToIntersection } from './order.ts'
import type { Step } from './step.ts'
import { stepOf } from './steps-of.ts'
import { ALLOW, type Deny, type Effects, type Verdict } from './verdict.ts'

/**
 * Passes when one of its guards does, asked in order; the first refusal is the answer when none does.
 * Its layer is that of its guards where they agree, `custom` otherwise. Only the winner's headers are sent. What a losing
 * guard has spent, such as a rate-limit token, stays spent; its after-response hook runs, so it can settle that itself.
 * @throws ConfigurationError `ERR_GUARD_INVALID` without guards
 * @example app.use('/reports', protect(some(permit('reports:read'), permit('audits:read'))))
 */
export function some<const Guards extends readonly AnyGuard[]>(
  ...guards: Guards
): Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object> {
  const steps = guards.map(stepOf)
  if (steps.length === 0) throw new ConfigurationError('ERR_GUARD_INVALID', 'some(): expected at least one guard.')
  const guard = combine('some', steps, (request, state, manner) => firstOf(steps, 0, request, state, manner, undefined))
  return guard as Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object>
}

interface Lost {
  /** The first refusal, and what those after it want done in the end. */
  readonly refusal: Deny
  readonly releases: readonly Effects[]
}

function firstOf(
  steps: readonly Step[],
  from: number,
  request: RequestView,
  state: object,
  manner: Manner,
  before: Lost | undefined,
): Awaitable<Verdict> {
  let lost = before
  for (let index = from; index < steps.length; index++) {
    const verdict = judge(steps[index]!, request, state, manner)
    if (verdict === ALLOW && !lost) return ALLOW
    if (isThenable(verdict)) {
      const earlier = lost
      return verdict.then((settled) =>
        settled.kind === 'deny'
          ? firstOf(steps, index + 1, request, state, manner, losing(earlier, settled))
          : winning(earlier, settled),
      )
    }
    if (verdict.kind !== 'deny') return winning(lost, verdict)
    lost = losing(lost, verdict)
  }
  return beside(lost!.releases, lost!.refusal)
}

function losing(lost: Lost | undefined, verdict: Deny): Lost {
  if (!lost) return { refusal: verdict, releases: [] }
  return { ...lost, releases: [...lost.releases, ...releasesOf(verdict)] }
}

function winning(lost: Lost | undefined, verdict: Verdict): Verdict {
  return lost ? beside([...releasesOf(lost.refusal), ...lost.releases], verdict) : verdict
}
