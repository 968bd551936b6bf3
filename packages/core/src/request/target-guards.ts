import type { Step } from '../guard/step.ts'
import { stepOf } from '../guard/steps-of.ts'
import { deny } from '../guard/verdict.ts'
import { problem } from '../problem/problem.ts'

/** Refuses a path that a router, a proxy and a file system could read differently. */
export const AMBIGUOUS_TARGET: Step = refusing('request target', 'the path can be read in more than one way')

/** Refuses a request whose path was changed after a guard had decided by it. */
export const REWRITTEN_TARGET: Step = refusing('request target', 'the path was rewritten after a guard had read it')

/** Refuses a request whose method or query was changed after a guard had decided by it. */
export const REWRITTEN_REQUEST: Step = refusing(
  'request target',
  'the method or the query was rewritten after a guard had read it',
)

function refusing(name: string, reason: string): Step {
  return stepOf({
    name,
    layer: 'request',
    reads: 'head',
    check: () => deny(problem('ambiguous-target'), { reason, event: 'malicious_extraneous' }),
  })
}
