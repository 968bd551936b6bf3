import { ConfigurationError, type Principal } from '@ashlar/core'
import { checkOptionNames, nearestName } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { own, ownList } from './own.ts'
import { Attributes, UserSlots } from './policies/attributes.ts'
import { isZone } from './policies/day-time.ts'
import type { Inquiry } from './policies/inquiry.ts'
import type { Policy, PolicyIssue } from './policies/policy.ts'
import { type Plan, PolicyIndex } from './policies/policy-index.ts'
import { readPolicies } from './policies/read-policies.ts'
import { FALSE, TRUE } from './policies/truth.ts'
import type { AttributeTypes } from './policies/value-type.ts'
import { Grants } from './roles/grants.ts'
import { checkAsked, type Permission, readPermission } from './roles/permission.ts'
import { type RoleDefinitions, RoleGraph } from './roles/role-graph.ts'
import { readSeparations, type Separation } from './roles/separation.ts'
import { type ScopeMeaning, type Subject, Subjects } from './roles/subjects.ts'

/** What decides: roles, policies, and what they mean. Plain data, so it can come from a file. */
export interface Rules {
  /** Roles by name. */
  readonly roles: RoleDefinitions
  /** Default none. */
  readonly policies?: readonly Policy[]
  /** Policies that customers write: as the others, but always read strictly. Default none. */
  readonly tenantPolicies?: readonly Policy[]
  /** What the attributes are that policies speak of. Default: only the built-in ones are declared. */
  readonly attributes?: AttributeTypes
  /** Policies leave nothing to guessing: no bare references, no undeclared attributes. Default `false`. */
  readonly strict?: boolean
  /** The time zone of times of day that name none. Default: they must name one. */
  readonly zone?: string
  /** Every permission there is. Where it is given, roles and routes can name no other one. Default: not checked. */
  readonly permissions?: readonly string[]
  /** What a principal's scopes mean. Default `'ignore'`. */
  readonly scopes?: ScopeMeaning
  /** Roles that must not come together. Default none. */
  readonly separation?: readonly Separation[]
}

export const RULE_NAMES: readonly string[] = [
  'roles',
  'policies',
  'tenantPolicies',
  'attributes',
  'strict',
  'zone',
  'permissions',
  'scopes',
  'separation',
]

/** Rules, checked and compiled. Never changes: new rules are a new set. */
export class RuleSet {
  readonly graph: RoleGraph
  readonly index: PolicyIndex
  readonly subjects: Subjects
  readonly slots: UserSlots = new UserSlots()
  readonly separations: readonly Separation[]
  /** What the policies' author should look at. */
  readonly warnings: readonly PolicyIssue[]
  readonly #clock: Clock
  readonly #catalogue: ReadonlySet<string> | undefined

  /** @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_POLICY_INVALID` */
  constructor(where: string, rules: Rules, clock: Clock = systemClock) {
    checkOptionNames(where, rules, RULE_NAMES)
    if (own(rules, 'roles') === undefined) {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "roles" is required.`)
    }
    this.#clock = clock
    this.graph = new RoleGraph(where, rules.roles)
    this.#catalogue = readCatalogue(where, rules, this.graph)
    this.separations = readSeparations(where, own(rules, 'separation'), this.graph)
    const reading = {
      attributes: new Attributes(where, (own(rules, 'attributes') ?? {}) as AttributeTypes),
      strict: readFlag(where, 'strict', own(rules, 'strict')),
      zone: readZone(where, own(rules, 'zone')),
    }
    const { policies, issues } = readPolicies(
      [
        { name: 'policies', policies: own(rules, 'policies') ?? [] },
        { name: 'tenantPolicies', policies: own(rules, 'tenantPolicies') ?? [], strict: true },
      ],
      reading,
    )
    refuse(where, issues)
    this.warnings = Object.freeze(issues.filter(({ severity }) => severity === 'warning'))
    this.index = new PolicyIndex(policies, this.slots)
    this.subjects = new Subjects(this.graph, readScopes(where, own(rules, 'scopes')), this.separations, this.slots)
  }

  /** Whether the principal may. A resource that is not given has no attributes. */
  allows(plan: Plan, principal: Principal, resource?: object, environment?: object): boolean {
    const subject = this.subjects.of(principal)
    if (plan.rolesOnly) return subject.grants.allows(plan.permission)
    return this.decides(plan, subject, resource, environment)
  }

  /** Deny overrides, then roles and policies allow, then the answer is no. */
  decides(plan: Plan, subject: Subject, resource: object | undefined, environment: object | undefined): boolean {
    const inquiry = this.inquiry(plan, subject, resource, environment)
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
  mayBe(plan: Plan, subject: Subject, environment: object | undefined): boolean {
    const inquiry = this.inquiry(plan, subject, undefined, environment)
    if (plan.denies.some(({ lowest }) => lowest(inquiry) !== FALSE)) return false
    return subject.grants.allows(plan.permission) || plan.allows.some(({ highest }) => highest(inquiry) === TRUE)
  }

  inquiry(plan: Plan, subject: Subject, resource: object | undefined, environment: object | undefined): Inquiry {
    return { user: subject.user, resource, environment, now: plan.readsTime ? this.#clock.now() : 0 }
  }

  /**
   * A plan for a permission that code asks for. One that nobody could ever have is a typo.
   * @throws ConfigurationError `ERR_OPTION_INVALID`
   */
  checkAsked(where: string, text: string): Permission {
    const permission = checkAsked(where, text)
    if (this.#catalogue && !this.#catalogue.has(text)) throw unknownPermission(where, text, this.#catalogue)
    const granted = this.graph.granted
    if (!new Grants(granted).allows(permission) && this.index.plan(text)!.allows.length === 0) {
      throw unknownPermission(where, text, granted)
    }
    return permission
  }
}

/** The first issues of several, in one message. */
function refuse(where: string, issues: readonly PolicyIssue[]): void {
  const errors = issues.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const shown = errors.slice(0, 5).map(({ path, message }) => `${path}: ${message}`)
  const more = errors.length > shown.length ? ` And ${errors.length - shown.length} more.` : ''
  throw new ConfigurationError('ERR_POLICY_INVALID', `${where}: ${shown.join(' ')}${more}`)
}

function readCatalogue(where: string, rules: Rules, graph: RoleGraph): ReadonlySet<string> | undefined {
  if (own(rules, 'permissions') === undefined) return undefined
  const known = ownList(where, rules, 'permissions')
  const read = known.map((text, index) => checkAsked(`${where}: permissions[${index}]`, text))
  const catalogue = new Set(known)
  for (const granted of graph.granted) {
    const grants = new Grants([granted])
    if (!read.some((permission) => grants.allows(permission))) throw unknownPermission(where, granted, catalogue)
  }
  return catalogue
}

function unknownPermission(where: string, text: string, known: ReadonlySet<string>): ConfigurationError {
  const nearest = nearestName(text, known)
  const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${[...known].slice(0, 20).join(', ')}.`
  return new ConfigurationError('ERR_OPTION_INVALID', `${where}: no role can be granted "${text}". ${hint}`)
}

function readScopes(where: string, value: unknown): ScopeMeaning {
  if (value === undefined || value === 'ignore') return 'ignore'
  if (value === 'grant' || value === 'limit') return value
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "scopes" is "ignore", "grant" or "limit".`)
}

function readFlag(where: string, name: string, value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "${name}" is true or false.`)
}

function readZone(where: string, value: unknown): string | undefined {
  if (value === undefined || isZone(value)) return value
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "zone" is a time zone such as "UTC" or "Europe/Berlin".`,
  )
}

/** The permission that an action on a resource asks for: `'orders:read'`, or `'read'` where the resource has a `type`. */
export function permissionText(action: string, resource: object | undefined): string {
  if (resource === undefined || readPermission(action) !== undefined) return action
  const type = own(resource, 'type')
  return typeof type === 'string' ? `${type}:${action}` : action
}
