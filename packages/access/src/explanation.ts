import type { Principal } from '@ashlar/core'

import { compileLeaf } from './policies/compile-leaf.ts'
import type { Tree } from './policies/condition-tree.ts'
import type { Inquiry } from './policies/inquiry.ts'
import type { CompiledPolicy, Plan } from './policies/policy-index.ts'
import { FALSE, negated, TRUE, type Truth, UNKNOWN } from './policies/truth.ts'
import { Grants } from './roles/grants.ts'
import type { Subject } from './roles/subjects.ts'
import { checkResource, type RuleSet } from './rule-set.ts'

/** One comparison that stood in the way. */
export interface FailedCondition {
  readonly policy: string
  /** Where in the policy: `policies[2].conditions.and[0].equals["user.department"]`. */
  readonly path: string
  readonly attribute: string
  /** `missing`: an attribute was not there, or not of the right kind. */
  readonly outcome: 'false' | 'true' | 'missing'
}

/** Why a decision is what it is. Names and places only: no attribute's value is in it. */
export interface Explanation {
  readonly decision: 'allow' | 'deny'
  /** `default`: nothing allowed it. */
  readonly by: 'policy' | 'role' | 'default'
  readonly policy?: string
  readonly role?: string
  /** For a denial: the comparisons that would have had to come out otherwise, of the policy that came nearest. */
  readonly nearMiss: readonly FailedCondition[]
  /** For the administrator. */
  readonly forOperator: string
  /** For the caller: tells nothing about the rules. */
  readonly forCaller: string
}

const CALLER = { allow: 'You are permitted to do this.', deny: 'You are not permitted to do this.' } as const

/** @param subject the principal as these rules see it, with what was loaded */
export function explain(
  rules: RuleSet,
  principal: Principal,
  subject: Subject,
  plan: Plan,
  resource: object | undefined | null,
  environment: object | undefined,
): Explanation {
  if (plan.readsResource) checkResource(resource)
  const inquiry = rules.inquiry(subject, plan, resource, environment)
  const asked = plan.permission.text
  for (const deny of plan.denies) {
    const truth = deny.test(inquiry)
    if (truth === FALSE) continue
    const nearMiss = failedIn(rules, deny, inquiry, FALSE)
    const why = truth === UNKNOWN ? 'could not be decided, which denies as well' : 'applies'
    return denial(
      'policy',
      nearMiss,
      `${asked} is denied by the policy "${deny.id}", which ${why}${places(nearMiss)}.`,
      {
        policy: deny.id,
      },
    )
  }
  if (subject.grants.allows(plan.permission)) {
    const role = grantingRole(rules, principal, plan)
    return allowal('role', `${asked} is granted by ${role ? `the role "${role}"` : 'a scope'}.`, role ? { role } : {})
  }
  const allow = plan.allows.find(({ test }) => test(inquiry) === TRUE)
  if (allow) return allowal('policy', `${asked} is allowed by the policy "${allow.id}".`, { policy: allow.id })
  const misses = plan.allows.map((policy) => failedIn(rules, policy, inquiry, TRUE))
  const nearMiss = misses.toSorted((a, b) => a.length - b.length)[0] ?? []
  const near = nearMiss[0] ? ` The policy "${nearMiss[0].policy}" came nearest${places(nearMiss)}.` : ''
  return denial('default', nearMiss, `no role and no policy allows ${asked}.${near}`, {})
}

function denial(
  by: 'policy' | 'default',
  nearMiss: readonly FailedCondition[],
  forOperator: string,
  named: { readonly policy?: string },
): Explanation {
  return Object.freeze({ decision: 'deny', by, ...named, nearMiss, forOperator, forCaller: CALLER.deny })
}

function allowal(
  by: 'policy' | 'role',
  forOperator: string,
  named: { readonly policy?: string; readonly role?: string },
): Explanation {
  return Object.freeze({ decision: 'allow', by, ...named, nearMiss: [], forOperator, forCaller: CALLER.allow })
}

function grantingRole(rules: RuleSet, principal: Principal, { permission }: Plan): string | undefined {
  const reached = rules.graph.reach(rules.subjects.rolesOf(principal))
  return [...reached].find((name) => new Grants(rules.graph.permissionsOf(name)).allows(permission))
}

function places(failed: readonly FailedCondition[]): string {
  const shown = failed.slice(0, 3).map(({ path, outcome }) => `${path} is ${outcome}`)
  return shown.length === 0 ? '' : `: ${shown.join(', ')}${failed.length > shown.length ? ', …' : ''}`
}

/** The comparisons that keep a policy from coming to `wanted`; of alternatives, the one that lacks least. */
function failedIn(
  rules: RuleSet,
  { id, tree }: CompiledPolicy,
  inquiry: Inquiry,
  wanted: Truth,
): readonly FailedCondition[] {
  const failed = (part: Tree, want: Truth): readonly FailedCondition[] => {
    if (part.kind === 'not') return failed(part.of, negated(want))
    if (part.kind === 'leaf') {
      const truth = compileLeaf(part, rules.slots)(inquiry)
      if (truth === want) return []
      const outcome = truth === UNKNOWN ? 'missing' : truth === TRUE ? 'true' : 'false'
      return [Object.freeze({ policy: id, path: part.path, attribute: part.left.name, outcome })]
    }
    const parts = part.of.map((each) => failed(each, want))
    const all = (part.kind === 'and') === (want === TRUE)
    return all ? parts.flat() : parts.reduce((least, next) => (next.length < least.length ? next : least))
  }
  return tree ? failed(tree, wanted) : []
}
