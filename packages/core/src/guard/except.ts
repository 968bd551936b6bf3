import { compilePaths, type PathPattern } from '../request/path-pattern.ts'
import { judge, skip } from '../run/judge.ts'
import { combine } from './combination.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf } from './order.ts'
import { stepOf } from './steps-of.ts'

/**
 * Runs a guard everywhere but at the given paths. A path is matched exactly as it was sent (case, trailing slash and
 * percent sequences count), so that no spelling of another path slips through.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 * @example app.use(protect(except(['/health'], authenticate([bearer({ issuer, audience })]))))
 */
export function except<G extends AnyGuard>(
  paths: readonly PathPattern[],
  guard: G,
): Guard<Partial<AddsOf<G>>, NeedsOf<G> & object> {
  const step = stepOf(guard)
  const exempt = compilePaths('except()', paths)
  const conditional = combine(
    'except',
    [step],
    (request, state, manner) => (exempt(request.path) ? skip(step, request) : judge(step, request, state, manner)),
    paths,
  )
  return conditional as Guard<Partial<AddsOf<G>>, NeedsOf<G> & object>
}
