import { compileWidePaths, type PathPattern } from '../request/path-pattern.ts'
import type { RequestView } from '../request/request-view.ts'
import { judge, skip, witnessOf } from '../run/judge.ts'
import { contain } from '../trouble/contain.ts'
import { combine } from './combination.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf } from './order.ts'
import { stepOf } from './steps-of.ts'

/**
 * Runs a guard only where `test` holds: path patterns, or a function of the request.
 * A path is matched in its widest reading (any case, percent sequences decoded, with or without a trailing slash), so
 * that no spelling of it is less protected. A function skips the guard by answering exactly `false`; when it throws,
 * the request is refused.
 * It answers at once: a promise is not `false`.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 * @example app.use(protect(when(['/admin/*'], permit('admin:use'))))
 */
export function when<G extends AnyGuard>(
  test: readonly PathPattern[] | ((request: RequestView) => boolean),
  guard: G,
): Guard<Partial<AddsOf<G>>, NeedsOf<G> & object> {
  const step = stepOf(guard)
  const byPath = typeof test !== 'function'
  const holds = byPath ? widely(test) : test
  const conditional = combine(
    'when',
    [step],
    (request, state, manner) => {
      const answer: unknown = holds(request)
      if (answer === false) return skip(step, request)
      if (answer !== true) watch(answer, request)
      return judge(step, request, state, manner)
    },
    byPath ? test : undefined,
  )
  return conditional as Guard<Partial<AddsOf<G>>, NeedsOf<G> & object>
}

/** A promise is not exactly `false`, so the guard has run; what becomes of it must not end the process. */
function watch(answer: unknown, request: RequestView): void {
  const report = (error: unknown): void => witnessOf(request)?.report(error)
  contain(() => answer, report)
}

function widely(patterns: readonly PathPattern[]): (request: RequestView) => boolean {
  const matches = compileWidePaths('when()', patterns)
  return ({ path }) => matches(path)
}
