import { compilePaths, type PathPattern } from '../request/path-pattern.ts'
import type { RequestView } from '../request/request-view.ts'
import { widestReading } from '../request/target.ts'
import { judge, skip } from '../run/judge.ts'
import type { AnyGuard, Guard } from './guard.ts'
import type { AddsOf, NeedsOf } from './order.ts'
import { type Combinator, combinator, stepOf } from './step.ts'

/**
 * Runs a guard only where `test` holds: path patterns, or a function of the request.
 * A path is matched in its widest reading (any case, percent sequences decoded, with or without a trailing slash), so
 * that no spelling of it is less protected. A function skips the guard by answering exactly `false`; when it throws,
 * the request is refused.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 */
export function when<G extends AnyGuard>(
  test: readonly PathPattern[] | ((request: RequestView) => boolean),
  guard: G,
): Guard<Partial<AddsOf<G>>, NeedsOf<G> & object> {
  const step = stepOf(guard)
  const holds = typeof test === 'function' ? test : widely(test)
  const conditional: Combinator = {
    name: `when(${guard.name})`,
    layer: guard.layer,
    reads: guard.reads,
    check: (request, state, manner) =>
      holds(request) === false ? skip(step, request) : judge(step, request, state, manner),
  }
  return combinator(conditional) as Guard<Partial<AddsOf<G>>, NeedsOf<G> & object>
}

function widely(patterns: readonly PathPattern[]): (request: RequestView) => boolean {
  const matches = compilePaths('when()', patterns, widestReading)
  return ({ path }) => {
    const reading = widestReading(path)
    // `OPTIONS *` asks about every path.
    return reading === '*' || matches(reading) || matches(`${reading}/`)
  }
}
