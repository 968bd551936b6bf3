import { judge } from '../run/judge.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { NeedsOf } from './order.ts'
import { type Combinator, combinator, stepOf } from './step.ts'
import { ALLOW, allow, type Verdict } from './verdict.ts'

/**
 * Lets a guard decide and publishes what it would have done, but never refuses and adds nothing.
 * Its layer is the guard's. No headers are sent; the after-response hook runs, so that counters count.
 */
export function shadow<G extends AnyGuard>(guard: G): Guard<object, NeedsOf<G> & object> {
  const step = stepOf(guard)
  const shadowed: Combinator = {
    name: `shadow(${guard.name})`,
    layer: guard.layer,
    reads: guard.reads,
    check(request, state) {
      const verdict = judge(step, request, state, 'shadow')
      return verdict instanceof Promise ? verdict.then(unenforced) : unenforced(verdict)
    },
  }
  return combinator(shadowed) as Guard<object, NeedsOf<G> & object>
}

function unenforced({ afterResponse }: Verdict): Verdict {
  return afterResponse ? allow({}, { afterResponse }) : ALLOW
}
