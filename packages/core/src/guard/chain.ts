import type { RequestView } from '../request/request-view.ts'
import { judge } from '../run/judge.ts'
import { joinSlots } from '../state/slot-values.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { isThenable } from '../time/is-thenable.ts'
import type { Manner } from './ask.ts'
import { combine } from './combination.ts'
import { beside, effectsOf } from './effects.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { Added, InOrder, Needed } from './order.ts'
import type { Step } from './step.ts'
import { stepsOf } from './steps-of.ts'
import { ALLOW, type Allow, type Effects, type Verdict } from './verdict.ts'

/**
 * Guards in order, as one guard; the first that refuses or responds ends it. Later guards see what earlier ones added.
 * Chains within chains become one. A guard that needs what only a later one adds is refused, by the compiler already.
 * Its layer is that of its guards where they agree, `custom` otherwise. The headers and hooks of every guard that ran
 * are carried out, also those before a refusal.
 * @throws ConfigurationError `ERR_GUARD_INVALID`, `ERR_GUARD_ORDER`
 * @example app.use(protect(chain(requestId(), securityHeaders(), authenticate([bearer({ issuer, audience })]))))
 */
export function chain<const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
): Guard<Added<Guards>, Needed<Guards>> {
  const steps = stepsOf(guards as readonly AnyGuard[])
  const guard = combine('chain', steps, (request, state, manner) => walk(steps, 0, request, state, manner, undefined))
  return guard as Guard<Added<Guards>, Needed<Guards>>
}

/** What guards that have passed did; `undefined` as long as none did anything. */
interface Passed {
  /** What the next guard sees, and the part of it that guards of this chain have added. */
  readonly seen: object
  readonly added: object | undefined
  /** What they want done. */
  readonly effects: readonly Effects[]
}

function walk(
  steps: readonly Step[],
  from: number,
  request: RequestView,
  state: object,
  manner: Manner,
  begun: Passed | undefined,
): Awaitable<Verdict> {
  let so = begun
  for (let index = from; index < steps.length; index++) {
    const verdict = judge(steps[index]!, request, so?.seen ?? state, manner)
    if (verdict === ALLOW) continue
    if (isThenable(verdict)) {
      const before = so
      return verdict.then((settled) =>
        settled.kind === 'allow'
          ? walk(steps, index + 1, request, state, manner, passed(before, settled, state))
          : beside(before?.effects, settled),
      )
    }
    if (verdict.kind !== 'allow') return beside(so?.effects, verdict)
    so = passed(so, verdict, state)
  }
  return so ? { kind: 'allow', state: so.added ?? {}, also: so.effects } : ALLOW
}

function passed(so: Passed | undefined, verdict: Allow, state: object): Passed | undefined {
  if (verdict === ALLOW) return so
  const { seen = state, added, effects = [] } = so ?? {}
  return {
    seen: verdict.state ? joinSlots(seen, verdict.state) : seen,
    added: verdict.state ? joinSlots(added, verdict.state) : added,
    effects: [...effects, ...effectsOf(verdict)],
  }
}
