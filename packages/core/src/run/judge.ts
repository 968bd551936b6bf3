import { AshlarError, ConfigurationError, codeOf } from '../errors.ts'
import type { Decision } from '../events/events.ts'
import { ENFORCED, type Manner } from '../guard/ask.ts'
import { releasesOf } from '../guard/effects.ts'
import type { Step } from '../guard/step.ts'
import { ALLOW, type Deny, deny, type Held, type Verdict } from '../guard/verdict.ts'
import { problem } from '../problem/problem.ts'
import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { withDeadline } from '../time/deadline.ts'
import { isThenable } from '../time/is-thenable.ts'
import { contain } from '../trouble/contain.ts'
import type { Witness } from './witness.ts'

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Asks one guard, records what it said, and never throws or rejects: a guard that throws, hangs or answers nonsense
 * has refused. This is the only place where a guard is called. A combinator has others judged and is not judged itself.
 */
export function judge(step: Step, request: RequestView, state: object, manner: Manner = ENFORCED): Awaitable<Verdict> {
  const witness = witnessOf(request)
  try {
    if (step.ask) return step.ask(request, state, manner)
    if (step.late) checkMoment(step, request)
    if (step.needs) checkNeeds(step, step.needs, state)
    const { askAsCopy } = step
    const verdict = askAsCopy ? askAsCopy(request, state, manner) : step.asked.check(request, state as never)
    if (verdict === ALLOW) {
      witness?.record(step.passed)
      return ALLOW
    }
    if (isThenable(verdict)) return settle(step, verdict, witness, manner)
    return record(step, verdict, witness, manner)
  } catch (error) {
    return failed(step, error, witness, manner)
  }
}

/** Records that a condition spared the guard. @returns the passing verdict */
export function skip(step: Step, request: RequestView): Verdict {
  witnessOf(request)?.record(step.skipped)
  return ALLOW
}

async function settle(
  step: Step,
  pending: PromiseLike<Verdict>,
  witness: Witness | undefined,
  manner: Manner,
): Promise<Verdict> {
  try {
    const verdict = await withDeadline(pending, timeLeft(witness, manner), {
      error: () => new AshlarError('ERR_GUARD_TIMEOUT', `Guard "${step.name}" did not answer in time.`),
      // What a late verdict holds is let go of when the response closes, as if it had been in time.
      late: (verdict) =>
        contain(
          () => release(verdict, witness),
          (error) => witness?.report(error),
        ),
    })
    return record(step, verdict, witness, manner)
  } catch (error) {
    return failed(step, error, witness, manner)
  }
}

function timeLeft(witness: Witness | undefined, { until }: Manner): number {
  return until === undefined ? (witness?.guardTimeoutMs ?? DEFAULT_TIMEOUT_MS) : Math.max(0, until - performance.now())
}

/** How long each guard of a request may take, in milliseconds. */
export function guardTimeoutOf(request: RequestView): number {
  return witnessOf(request)?.guardTimeoutMs ?? DEFAULT_TIMEOUT_MS
}

function record(step: Step, verdict: Verdict, witness: Witness | undefined, manner: Manner): Verdict {
  const { kind } = checkVerdict(step, verdict)
  if (!witness) return verdict
  if (kind === 'allow' && verdict.reason === undefined && verdict.event === undefined) {
    witness.record(step.passed)
  } else {
    const decision = decisionOf(step, verdict, manner)
    witness.record(decision)
    const { event } = verdict
    if (event) {
      if (manner.tried && kind === 'deny') return { ...verdict, held: [{ event, decision }] } as Verdict & Held
      witness.announce(event, decision)
    }
  }
  return verdict
}

function decisionOf(step: Step, verdict: Verdict, manner: Manner): Decision {
  const { name, layer } = step
  const { reason } = verdict
  const { shadow } = manner
  if (verdict.kind === 'deny') {
    const { status, code } = verdict.problem
    return Object.freeze({ guard: name, layer, outcome: shadow ? 'would-deny' : 'deny', status, code, reason })
  }
  if (verdict.kind === 'respond') {
    const { status } = verdict
    return Object.freeze({ guard: name, layer, outcome: shadow ? 'would-deny' : 'respond', status, reason })
  }
  return Object.freeze({ guard: name, layer, outcome: 'allow', reason })
}

/** A dependency's failure is 503, a defect is 500; the operator is told which guard and why. */
export function failed(step: Step, error: unknown, witness: Witness | undefined, { shadow }: Manner = ENFORCED): Deny {
  const code = codeOf(error)
  const unavailable = code === 'ERR_DEPENDENCY_UNAVAILABLE' || code === 'ERR_GUARD_TIMEOUT'
  const refusal = problem(unavailable ? 'dependency-unavailable' : 'internal-error')
  const { name, layer } = step
  const decision: Decision = Object.freeze({
    guard: name,
    layer,
    outcome: shadow ? 'would-deny' : 'error',
    status: refusal.status,
    code: code ?? refusal.code,
  })
  witness?.record(decision)
  witness?.announce('guard_failed', decision)
  witness?.report(error)
  return deny(refusal)
}

/** None where a guard is tested without HTTP. By its shape, since the request may be of another copy of this package. */
export function witnessOf(request: RequestView): Witness | undefined {
  return (request as { readonly witness?: Witness | undefined }).witness
}

/** The hooks of a verdict that came too late. It may be anything. */
function release(verdict: Partial<Verdict> | null | undefined, witness: Witness | undefined): void {
  if (typeof verdict !== 'object' || verdict === null) return
  for (const { afterResponse } of releasesOf(verdict as Verdict)) {
    if (typeof afterResponse === 'function') witness?.after(afterResponse)
  }
}

function checkMoment({ name, reads }: Step, request: RequestView): void {
  if (request.route !== undefined || (reads === 'body' && request.body !== undefined)) return
  if (!witnessOf(request)) return
  throw new ConfigurationError(
    'ERR_GUARD_TOO_EARLY',
    `Guard "${name}" reads the ${reads}, which is not known yet where it stands. Put it on the route${reads === 'body' ? ', behind a body parser' : ''}.`,
  )
}

function checkNeeds({ name: guard }: Step, needs: readonly string[], state: object): void {
  for (const name of needs) {
    if ((state as Record<string, unknown>)[name] === undefined) {
      throw new ConfigurationError(
        'ERR_GUARD_ORDER',
        `Guard "${guard}" needs "${name}", which no earlier guard has added to this request.`,
      )
    }
  }
}

function checkVerdict({ name }: Step, verdict: Verdict | undefined): Verdict {
  switch (verdict?.kind) {
    case 'allow':
      if (areEffects(verdict.also)) return verdict
      break
    case 'deny':
      if (areEffects(verdict.also) && isStatus(verdict.problem?.status, 400)) return verdict
      break
    case 'respond':
      if (areEffects(verdict.also) && isStatus(verdict.status, 200)) return verdict
  }
  throw new AshlarError('ERR_GUARD_INVALID', `Guard "${name}" answered something that is no verdict.`)
}

function areEffects(also: unknown): boolean {
  if (also === undefined) return true
  return Array.isArray(also) && also.every((effects) => typeof effects === 'object' && effects !== null)
}

function isStatus(status: unknown, min: number): boolean {
  return Number.isInteger(status) && (status as number) >= min && (status as number) <= 599
}
