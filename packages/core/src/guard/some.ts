import { ConfigurationError } from '../errors.ts'
import type { RequestView } from '../request/request-view.ts'
import { guardTimeoutOf, judge, witnessOf } from '../run/judge.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { isThenable } from '../time/is-thenable.ts'
import { type Manner, trying } from './ask.ts'
import { combine, partsOf, partsOfCopy } from './combination.ts'
import { beside, releasesOf } from './effects.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf, ToIntersection } from './order.ts'
import type { Step } from './step.ts'
import { stepOf } from './steps-of.ts'
import { ALLOW, type Announcement, type Deny, type Effects, type Held, type Verdict } from './verdict.ts'

/**
 * Passes when one of its guards does, asked in order; the first refusal is the answer when none does. Together they have the
 * time of one guard. What a losing guard's refusal raises, such as `authn_login_fail`, is published only when none passes.
 * Its layer is that of its guards where they agree, `custom` otherwise. Only the winner's headers are sent. What a losing
 * guard has spent, such as a rate-limit token, stays spent; its after-response hook runs, so it can settle that itself.
 * A guard that `except` or `when` spares has passed.
 * @throws ConfigurationError `ERR_GUARD_INVALID` without guards, and for one that never refuses, such as `shadow(guard)`
 * @example app.use('/reports', protect(some(permit('reports:read'), permit('audits:read'))))
 */
export function some<const Guards extends readonly AnyGuard[]>(
  ...guards: Guards
): Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object> {
  const steps = guards.map(stepOf)
  if (steps.length === 0) throw new ConfigurationError('ERR_GUARD_INVALID', 'some(): expected at least one guard.')
  for (const { guard, name } of steps) if (neverRefuses(guard)) throw open(name)
  const guard = combine('some', steps, (request, state, manner) => {
    const verdict = firstOf(steps, 0, request, state, trying(manner), undefined)
    if (manner.tried || verdict === ALLOW) return verdict
    return isThenable(verdict) ? verdict.then((settled) => announced(settled, request)) : announced(verdict, request)
  })
  return guard as Guard<AddsOf<Guards[number]>, ToIntersection<NeedsOf<Guards[number]>> & object>
}

/** Whether it lets everything pass, whatever its guards say. */
function neverRefuses(guard: AnyGuard): boolean {
  const { how, guards } = partsOf(guard) ?? partsOfCopy(guard) ?? {}
  return how === 'shadow' || (how !== undefined && how !== 'some' && guards!.every(neverRefuses))
}

function open(name: string): ConfigurationError {
  return new ConfigurationError(
    'ERR_GUARD_INVALID',
    `some(): "${name}" never refuses, so some() would let everything pass. Write shadow(some(…)), or leave it out.`,
  )
}

interface Lost {
  /** The first refusal, and what those after it want done in the end. */
  readonly refusal: Deny
  readonly releases: readonly Effects[]
  readonly held: readonly Announcement[]
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
      const { until = performance.now() + guardTimeoutOf(request) } = manner
      return verdict.then((settled) =>
        settled.kind === 'deny'
          ? firstOf(steps, index + 1, request, state, { ...manner, until }, losing(earlier, settled))
          : winning(earlier, settled),
      )
    }
    if (verdict.kind !== 'deny') return winning(lost, verdict)
    lost = losing(lost, verdict)
  }
  const { refusal, releases, held } = lost!
  const answer: Verdict & Held = { ...refusal, ...(held.length > 0 && { held }) }
  return beside(releases, answer)
}

function losing(lost: Lost | undefined, verdict: Deny & Held): Lost {
  const held = [...(lost?.held ?? []), ...(verdict.held ?? [])]
  if (!lost) return { refusal: verdict, releases: [], held }
  return { ...lost, releases: [...lost.releases, ...releasesOf(verdict)], held }
}

/** Publishes what has waited for another guard to pass, where none has. */
function announced(verdict: Verdict & Held, request: RequestView): Verdict {
  if (verdict.kind === 'deny' && verdict.held) {
    for (const { event, decision } of verdict.held) witnessOf(request)?.announce(event, decision)
  }
  return verdict
}

function winning(lost: Lost | undefined, verdict: Verdict): Verdict {
  return lost ? beside([...releasesOf(lost.refusal), ...lost.releases], verdict) : verdict
}
