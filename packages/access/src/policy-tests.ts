import type { Principal } from '@ashlar/core'
import {
  custom,
  group,
  listOf,
  OptionPlace,
  type OptionReader,
  type OptionTable,
  oneOf,
  optional,
  text,
} from '@ashlar/core/options'

import { anObject } from './an-object.ts'
import { explain } from './explanation.ts'
import type { CompiledPolicy } from './policies/policy-index.ts'
import { FALSE, TRUE } from './policies/truth.ts'
import { constantOf } from './policies/value-type.ts'
import { permissionText } from './roles/permission.ts'
import type { RuleSet } from './rule-set.ts'

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

const given = custom((value) => value)
const texts = listOf(text({ quote: true }), { min: 0 })

/** Tables are JSON, which has no dates. */
const environment: OptionReader<object> = (value, at) => {
  const known = anObject(value, at)
  const time = Object.hasOwn(known, 'time') ? (known as { readonly time: unknown }).time : undefined
  if (typeof time !== 'string') return known
  const instant = constantOf({ kind: 'instant' }, time)
  if (instant === undefined) throw at.in('time').invalid('a time such as "2026-01-31T09:00:00Z"')
  return { ...known, time: instant }
}

const NOBODY = { kind: 'custom', subject: 'somebody', roles: [], scopes: [], claims: {} }

/** Every member of any principal, so that a typo is not taken for one that holds nothing. */
const members = group({
  ...{ kind: optional(text()), subject: optional(text()), issuer: optional(text()) },
  ...{ roles: optional(texts), scopes: optional(texts), tier: optional(text()) },
  ...{ acr: given, amr: given, authenticatedAt: given, expiresAt: given, binding: given },
  claims: optional(anObject),
  ...{ tokenId: given, clientId: given, sessionId: given, keyId: given, thumbprint: given },
})

const principal: OptionReader<Principal> = (value, at) => {
  if (value === undefined)
    throw at.missing('It says who is asking: { roles: ["editor"] }, or {} for nobody in particular.')
  const told = Object.entries(members(value, at)).filter(([, member]) => member !== undefined)
  return Object.freeze({ ...NOBODY, ...Object.fromEntries(told) }) as unknown as Principal
}

const MEMBERS = {
  name: optional(text()),
  principal,
  action: text({ quote: true }),
  resource: optional(anObject),
  environment: optional(environment),
  expect: oneOf(['allow', 'deny']),
} satisfies OptionTable<PolicyTest>

/** A test that was read. */
export interface ReadTest extends PolicyTest {
  readonly principal: Principal
}

/** A table of decisions. */
export const policyTests: OptionReader<readonly ReadTest[]> = listOf(group(MEMBERS) as OptionReader<ReadTest>, {
  min: 0,
  max: 1_000_000,
})

/**
 * Puts each question of a table to the rules.
 * @param rules `access.rules`
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN` for a table of another form
 * @example
 * const { failures } = runPolicyTests(access.rules, [
 *   { principal: { roles: ['trader'] }, action: 'orders:write', expect: 'allow' },
 *   { principal: {}, action: 'orders:write', expect: 'deny' },
 * ])
 */
export function runPolicyTests(rules: RuleSet, tests: readonly PolicyTest[]): PolicyTestReport {
  return runTests(rules, policyTests(tests, new OptionPlace('runPolicyTests()', 'tests')))
}

/** The same with a table that was read. */
export function runTests(rules: RuleSet, tests: readonly ReadTest[]): PolicyTestReport {
  const failures: PolicyTestFailure[] = []
  const reached = new Set<CompiledPolicy>()
  for (const [index, test] of tests.entries()) {
    const { principal, resource, environment } = test
    const text = permissionText(test.action, resource)
    const name = test.name ?? `tests[${index}] (${principal.subject} ${text})`
    const plan = rules.index.plan(text)
    if (!plan) {
      failures.push({ test: name, expected: test.expect, message: `${name}: "${text}" is no permission.` })
      continue
    }
    const subject = rules.subjects.of(principal)
    const inquiry = rules.inquiry(subject, plan, resource, environment)
    for (const policy of plan.denies) if (policy.test(inquiry) !== FALSE) reached.add(policy)
    for (const policy of plan.allows) if (policy.test(inquiry) === TRUE) reached.add(policy)
    const { decision, forOperator } = explain(rules, principal, subject, plan, resource, environment)
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
