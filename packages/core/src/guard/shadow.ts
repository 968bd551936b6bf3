import { judge } from '../run/judge.ts'
import { isThenable } from '../time/is-thenable.ts'
import { SHADOW } from './ask.ts'
import { combine } from './combination.ts'
import { releasesOf } from './effects.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { NeedsOf } from './order.ts'
import { stepOf } from './steps-of.ts'
import { ALLOW, type Verdict } from './verdict.ts'

/**
 * Lets a guard decide and publishes what it would have done, but never refuses and adds nothing.
 * Its layer is the guard's. No headers are sent; the after-response hook runs, so that counters count.
 * @example app.use(protect(shadow(rateLimit({ name: 'api', policy }))))
 */
export function shadow<G extends AnyGuard>(guard: G): Guard<object, NeedsOf<G> & object> {
  const step = stepOf(guard)
  const shadowed = combine('shadow', [step], (request, state) => {
    const verdict = judge(step, request, state, SHADOW)
    return isThenable(verdict) ? verdict.then(unenforced) : unenforced(verdict)
  })
  return shadowed as Guard<object, NeedsOf<G> & object>
}

function unenforced(verdict: Verdict): Verdict {
  const also = verdict === ALLOW ? [] : releasesOf(verdict)
  return also.length > 0 ? { kind: 'allow', also } : ALLOW
}
