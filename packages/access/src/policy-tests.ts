import type { Principal } from '@ashlar/core'

import { explain } from './explanation.ts'
import type { CompiledPolicy } from './policies/policy-index.ts'
import { FALSE, TRUE } from './policies/truth.ts'
import { permissionText, type RuleSet } from './rule-set.ts'

/** One row of a table of decisions. */
export interface PolicyTest {
  /** Default: made of the others. */
  readonly name?: string
  /** What is left out is empty: no roles, no scopes, no claims. */
  readonly principal: Partial<Omit<Principal, 'kind'>> & { readonly kind?: string }
  /** A permission, or the action alone where the resource has a `type`. */
  readonly action: string
  readonly resource?: object
  /** `time` is a Date, milliseconds, or an ISO 8601 text. */
  readonly environment?: object
  readonly expect: 'allow' | 'deny'
}

export interface PolicyTestFailure {
  readonly test: string
  readonly expected: 'allow' | 'deny'
  /** What was decided instead, and why. */
  readonly message: string
}

export interface PolicyTestReport {
  readonly passed: number
  readonly failures: readonly PolicyTestFailure[]
  /** The ids of policies that decided no test: an allow that allowed none, a deny that denied none. */
  readonly unreached: readonly string[]
}

/** Puts each question of a table to the rules. */
export function runPolicyTests(rules: RuleSet, tests: readonly PolicyTest[]): PolicyTestReport {
  const failures: PolicyTestFailure[] = []
  const reached = new Set<CompiledPolicy>()
  for (const [index, test] of tests.entries()) {
    const principal = principalOf(test.principal)
    const text = permissionText(test.action, test.resource)
    const name = test.name ?? `tests[${index}] (${principal.subject} ${text})`
    const plan = rules.index.plan(text)
    if (!plan) {
      failures.push({ test: name, expected: test.expect, message: `${name}: "${text}" is no permission.` })
      continue
    }
    const subject = rules.subjects.of(principal)
    const environment = environmentOf(test.environment)
    const inquiry = rules.inquiry(plan, subject, test.resource, environment)
    for (const policy of plan.denies) if (policy.test(inquiry) !== FALSE) reached.add(policy)
    for (const policy of plan.allows) if (policy.test(inquiry) === TRUE) reached.add(policy)
    const { decision, forOperator } = explain(rules, plan, principal, subject, test.resource, environment)
    if (decision !== test.expect) {
      failures.push({
        test: name,
        expected: test.expect,
        message: `${name}: expected ${test.expect}, but ${forOperator}`,
      })
    }
  }
  const unreached = rules.index.policies.filter((policy) => !reached.has(policy)).map(({ id }) => id)
  return { passed: tests.length - failures.length, failures, unreached }
}

function principalOf(given: PolicyTest['principal']): Principal {
  return Object.freeze({
    kind: 'custom',
    subject: 'somebody',
    roles: [],
    scopes: [],
    claims: {},
    ...given,
  }) as Principal
}

/** Tables are JSON, which has no dates. */
function environmentOf(environment: object | undefined): object | undefined {
  const time = environment && Object.hasOwn(environment, 'time') ? (environment as { time: unknown }).time : undefined
  return typeof time === 'string' ? { ...environment, time: Date.parse(time) } : environment
}
