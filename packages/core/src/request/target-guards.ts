import type { Step } from '../guard/step.ts'
import { stepOf } from '../guard/steps-of.ts'
import { deny } from '../guard/verdict.ts'
import { problem } from '../problem/problem.ts'
import { AMBIGUITIES, type Ambiguity, ambiguityOf } from './ambiguity.ts'
import { hasTwoHosts } from './hosts.ts'
import type { Change, RequestHead } from './request-head.ts'

const NAMES = Object.keys(AMBIGUITIES) as readonly Ambiguity[]

/** Refuses a target that a router, a proxy and a file system could read differently. */
const AMBIGUOUS = Object.fromEntries(
  NAMES.map((ambiguity) => [ambiguity, refusing(AMBIGUITIES[ambiguity], AMBIGUITIES[ambiguity])]),
) as Readonly<Record<Ambiguity, Step>>

/** Two readers may each take another for the host that is meant (RFC 9112 §3.2). */
const TWO_HOSTS: Step = refusing('The request has more than one Host field', 'The request has more than one Host field')

/** Refuses what was changed after a guard had decided by it. What was changed is the operator's business alone. */
const CHANGED: Readonly<Record<Change, Step>> = {
  path: refusing('The path was rewritten after a guard had read it'),
  method: refusing('The method was rewritten after a guard had read it'),
  query: refusing('The query was rewritten after a guard had read it, or is read otherwise here than there'),
  'query cut off': refusing('The query has more parameters than are read', 'The query has too many parameters'),
}

/** What refuses a request that could be read in more than one way; `undefined` where none has to. */
export function refusalOfTarget({ targetUnread, methodUnread, raw }: RequestHead): Step | undefined {
  const ambiguity = ambiguityOf(targetUnread, methodUnread)
  if (ambiguity !== undefined) return AMBIGUOUS[ambiguity]
  return hasTwoHosts(raw.rawHeaders) ? TWO_HOSTS : undefined
}

export function refusalOfChange(change: Change): Step {
  return CHANGED[change]
}

function refusing(reason: string, detail?: string): Step {
  const refusal = deny(problem('ambiguous-target', detail === undefined ? {} : { detail: `${detail}.` }), {
    reason,
    event: 'malicious_extraneous',
  })
  return stepOf({ name: 'request target', layer: 'request', reads: 'head', check: () => refusal })
}
