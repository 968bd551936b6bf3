import { ConfigurationError, type Principal } from '@ashlar/core'
import { nearestName, OptionPlace } from '@ashlar/core/options'
import { type Clock, isThenable } from '@ashlar/core/time'

import { UserSlots } from './policies/attributes.ts'
import type { Inquiry } from './policies/inquiry.ts'
import type { PolicyIssue } from './policies/policy.ts'
import { type Plan, PolicyIndex } from './policies/policy-index.ts'
import { readPolicies } from './policies/read-policies.ts'
import { reviewPolicies } from './policies/review-policies.ts'
import { FALSE, TRUE } from './policies/truth.ts'
import { askedPermission, type Permission } from './roles/permission.ts'
import { RoleGraph } from './roles/role-graph.ts'
import { checkSeparations, type ReadSeparation } from './roles/separation.ts'
import { type Subject, Subjects } from './roles/subjects.ts'
import type { ReadRules } from './rules.ts'

/** Rules, checked and compiled. Never changes: new rules are a new set. */
export class RuleSet {
  readonly graph: RoleGraph
  readonly index: PolicyIndex
  readonly subjects: Subjects
  readonly slots: UserSlots = new UserSlots()
  readonly separations: readonly ReadSeparation[]
  /** What the policies' author should look at. */
  readonly warnings: readonly PolicyIssue[]
  readonly #clock: Clock
  /** Every permission there is, where that is said. */
  readonly #catalogue: ReadonlySet<string> | undefined

  /** @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_POLICY_INVALID` */
  constructor(where: string, rules: ReadRules, clock: Clock) {
    this.#clock = clock
    this.graph = new RoleGraph(where, rules.roles)
    this.#catalogue = rules.permissions && new Set(rules.permissions.map(({ text }) => text))
    if (rules.permissions) checkGranted(where, this.graph, rules.permissions)
    this.separations = rules.separation
    checkSeparations(where, this.separations, this.graph)
    const { attributes, strict, zone } = rules
    const { policies, issues } = readPolicies(
      [
        { name: 'policies', policies: rules.policies },
        { name: 'tenantPolicies', policies: rules.tenantPolicies, strict: true },
      ],
      { attributes, strict, zone },
    )
    // Only policies without an error are known to be small enough to be looked at together.
    if (issues.length === 0)
      issues.push(...reviewPolicies(policies, { attributes, graph: this.graph, catalogue: this.#catalogue }))
    refuse(where, issues)
    this.warnings = Object.freeze(issues.filter(({ severity }) => severity === 'warning'))
    this.index = new PolicyIndex(policies, this.slots)
    this.subjects = new Subjects(this.graph, rules.scopes, this.separations, this.slots)
  }

  /** Whether the principal may. A resource that is not given has no attributes. */
  allows(principal: Principal, plan: Plan, resource?: object | null, environment?: object): boolean {
    const subject = this.subjects.of(principal)
    if (plan.rolesOnly) return subject.grants.allows(plan.permission)
    return this.decides(subject, plan, resource, environment)
  }

  /** Deny overrides, then roles and policies allow, then the answer is no. */
  decides(subject: Subject, plan: Plan, resource: object | undefined | null, environment: object | undefined): boolean {
    const inquiry = this.inquiry(subject, plan, resource, environment)
    const { denies, allows } = plan
    for (let index = 0; index < denies.length; index++) {
      if (denies[index]!.test(inquiry) !== FALSE) return false
    }
    if (subject.grants.allows(plan.permission)) return true
    for (let index = 0; index < allows.length; index++) {
      if (allows[index]!.test(inquiry) === TRUE) return true
    }
    return false
  }

  /** Whether the principal may for some resource: what can be known before the resource is. */
  mayBe(subject: Subject, plan: Plan, environment: object | undefined): boolean {
    const inquiry = this.inquiry(subject, plan, undefined, environment)
    if (plan.denies.some(({ lowest }) => lowest(inquiry) !== FALSE)) return false
    return subject.grants.allows(plan.permission) || plan.allows.some(({ highest }) => highest(inquiry) === TRUE)
  }

  inquiry(subject: Subject, plan: Plan, resource: object | undefined | null, environment: object | undefined): Inquiry {
    if (plan.asksExistence) checkResource(resource)
    return {
      user: subject.user,
      resource: resource ?? undefined,
      environment,
      now: plan.readsTime ? this.#clock.now() : 0,
    }
  }

  /**
   * A permission that code asks for. One that nobody could ever have is a typo.
   * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`
   */
  checkAsked(where: string, text: string): Permission {
    const at = new OptionPlace(where, 'permission')
    const permission = askedPermission(text, at)
    if (this.#catalogue && !this.#catalogue.has(text)) throw ungranted(at, text, this.#catalogue)
    const known = this.graph.grants.allows(permission) || this.index.plan(text)!.allows.length > 0
    if (!known) throw ungranted(at, text, this.graph.granted)
    return permission
  }
}

/**
 * What is no one object (a promise, a list, an id) has no attribute, so that a deny that asks whether it has one would not hold.
 * Whatever else is asked of it is unknown, which denies.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function checkResource(resource: unknown): void {
  if (resource === undefined || resource === null || isOneObject(resource)) return
  const hint = isThenable(resource) ? 'Await it first.' : undefined
  throw new OptionPlace('accessControl()', 'resource').invalid('the resource itself, an object', resource, hint)
}

function isOneObject(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value) && !isThenable(value)
}

/** The first issues of several, in one message. */
function refuse(where: string, issues: readonly PolicyIssue[]): void {
  const errors = issues.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const shown = errors.slice(0, 5).map(({ path, message }) => `${path}: ${message}`)
  const more = errors.length > shown.length ? ` And ${errors.length - shown.length} more.` : ''
  throw new ConfigurationError('ERR_POLICY_INVALID', `${where}: ${shown.join(' ')}${more}`, { where })
}

/** Where every permission is listed, a role is granted no other. */
function checkGranted(where: string, graph: RoleGraph, listed: readonly Permission[]): void {
  const known = new Set(listed.flatMap(({ text, anyAction, anyResource }) => [text, anyAction, anyResource, '*:*']))
  for (const name of graph.names) {
    for (const [index, granted] of graph.permissionsOf(name).entries()) {
      if (known.has(granted)) continue
      const at = new OptionPlace(where, 'roles').in(name).in('permissions').in(index)
      throw at.invalid(...notOneOf('one of "permissions"', granted, known))
    }
  }
}

function ungranted(at: OptionPlace, text: string, known: ReadonlySet<string>): ConfigurationError {
  return at.invalid(...notOneOf('one that a role or a policy can grant', text, known))
}

function notOneOf(says: string, text: string, known: ReadonlySet<string>): [string, undefined, string] {
  const nearest = nearestName(text.slice(0, 200), known)
  const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${[...known].slice(0, 20).join(', ')}.`
  return [`${says}, not ${JSON.stringify(text)}`, undefined, hint]
}
