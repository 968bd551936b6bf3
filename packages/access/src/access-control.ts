import {
  type Awaitable,
  ConfigurationError,
  type Guard,
  type Principal,
  publishEvent,
  type RequestView,
} from '@ashlar/core'
import {
  callback,
  clock,
  duration,
  listOf,
  OptionPlace,
  type OptionTable,
  onError,
  optional,
  orElse,
  readOptions,
  text,
} from '@ashlar/core/options'
import { type Clock, type Duration, isThenable } from '@ashlar/core/time'

import { type AttributeLoader, attributeLoaders, Loaders } from './attribute-loader.ts'
import { DecisionPoint, type Difference } from './decision-point.ts'
import type { Explanation } from './explanation.ts'
import { own } from './own.ts'
import { type PermitOptions, permitGuard } from './permit.ts'
import type { PolicyIssue } from './policies/policy.ts'
import { type PolicyTest, policyTests, runTests } from './policy-tests.ts'
import { challenge } from './refusals.ts'
import { type PermissionText, permissionText } from './roles/permission.ts'
import { activeRoles } from './roles/separation.ts'
import { textsOf } from './roles/subjects.ts'
import { RuleSet } from './rule-set.ts'
import { RULES, type Rules } from './rules.ts'
import { type RowFilter, type RowFilterOptions, rowFilter } from './sql/row-filter.ts'
import { type ProtectedTable, type RowSecurity, rowSecurity } from './sql/row-security.ts'
import { rowSession } from './sql/row-session.ts'

export interface AccessControlOptions extends Rules {
  /** The challenge with which an anonymous caller is refused. Default `'Bearer'`. */
  readonly challenge?: string
  /** Where attributes come from that the credential does not carry. Default none. */
  readonly loaders?: readonly AttributeLoader[]
  /** How long a loader may take. Default `'1s'`. */
  readonly loaderTimeout?: Duration
  /**
   * What guards know of a request's surroundings beside `time` and `ip_address`, known at once: `{ device_type: 'mobile' }`.
   * Default nothing.
   */
  readonly environment?: (request: RequestView) => object
  /** Told of what no request learns of: rules in shadow that fail. Default: each kind is a warning of the process, once. */
  readonly onError?: (error: unknown) => void
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface ReloadOptions {
  /** Decisions that the new rules must make before they replace the old ones. Default none. */
  readonly tests?: readonly PolicyTest[]
}

export interface AccessControl {
  /**
   * Lets a principal pass who may: 403 `not-permitted` otherwise, 401 for an anonymous one. Without a resource it refuses
   * what is refused for every resource; the handler then asks `can` about the one it has.
   * @throws ConfigurationError `ERR_OPTION_INVALID` for a permission of a wrong form, and for one that nobody can have
   */
  permit<State extends object = object>(
    permission: PermissionText,
    options?: PermitOptions<State>,
  ): Guard<object, { readonly principal: Principal } & State>
  /**
   * Whether the principal may. `action` is a permission, or the action alone where the resource has a `type`.
   * Loaded attributes are missing here: see `decide`. A resource that is `null` or left out has no attributes.
   * @throws ConfigurationError `ERR_OPTION_INVALID` for what is no one resource, such as a promise of it, where a policy asks
   * whether it has an attribute
   */
  can(
    principal: Principal,
    action: PermissionText | (string & {}),
    resource?: object | null,
    environment?: object,
  ): boolean
  /**
   * The same with attributes from the loaders; a promise where something must be fetched.
   * @throws UnavailableError when a loader fails
   */
  decide(
    principal: Principal,
    action: PermissionText | (string & {}),
    resource?: object | null,
    environment?: object,
  ): Awaitable<boolean>
  /** Why `can` answers what it does. */
  explain(
    principal: Principal,
    action: PermissionText | (string & {}),
    resource?: object | null,
    environment?: object,
  ): Explanation
  /**
   * The principal with only these of its roles in use, where roles exclude one another dynamically. Roles that it does not
   * hold, and those that exclude one another statically, are left out.
   */
  activate(principal: Principal, roles: readonly string[]): Principal
  /**
   * The rows for which `can` would answer yes, as a condition for a WHERE clause of PostgreSQL. Loaded attributes are missing.
   * @throws ConfigurationError `ERR_POLICY_INVALID` for a policy that SQL can't say
   */
  filter(principal: Principal, permission: PermissionText, options?: RowFilterOptions): RowFilter
  /** Row-level security for PostgreSQL that decides as `can` does. @throws ConfigurationError as `filter` does */
  rowSecurity(tables: readonly ProtectedTable[]): RowSecurity
  /** The text of the setting `ashlar.principal` under which that row-level security decides for a principal. */
  rowSession(principal: Principal, security: RowSecurity, environment?: object): string
  /**
   * Puts new rules in force, all at once, once they are checked and tested. When that fails the old ones stay.
   * @throws ConfigurationError as `accessControl` does, and `ERR_POLICY_TEST_FAILED`
   */
  reload(rules: Rules, options?: ReloadOptions): void
  /** Has other rules decide as well and reports where they differ. They refuse nothing. @returns how to stop */
  shadow(rules: Rules, report: (difference: Difference) => void): () => void
  /** What the policies' author should look at. */
  readonly warnings: readonly PolicyIssue[]
  /** The compiled rules that are in force. */
  readonly rules: RuleSet
}

const WHERE = 'accessControl()'

const OPTIONS = {
  ...RULES,
  challenge,
  loaders: attributeLoaders,
  loaderTimeout: duration({ fallback: '1s' }),
  environment: optional(callback<(request: RequestView) => object>()),
  onError,
  clock,
} satisfies OptionTable<AccessControlOptions>

const RELOAD_OPTIONS = { tests: orElse(policyTests, () => []) } satisfies OptionTable<ReloadOptions>

const ROLES = listOf(text(), { min: 0, max: 1_000_000 })

/**
 * Who may do what: roles and what they grant, and policies over attributes.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_POLICY_INVALID`
 * @example
 * const { permit, can } = accessControl({
 *   roles: {
 *     viewer: { permissions: ['orders:read'] },
 *     trader: { inherits: ['viewer'], permissions: ['orders:write'] },
 *   },
 * })
 * app.post('/orders', protect(permit('orders:write')), placeOrder)
 */
export function accessControl(options: AccessControlOptions): AccessControl {
  const { challenge, loaders, loaderTimeout, environment, onError, clock, ...rules } = readOptions(
    WHERE,
    options,
    OPTIONS,
  )
  const settings = { loaders: new Loaders(loaders, loaderTimeout), environment, onError }
  const point = new DecisionPoint(new RuleSet(WHERE, rules, clock), settings)

  /** Checks and compiles rules without putting them in force. */
  function compile(where: string, next: Rules): RuleSet {
    return new RuleSet(where, readOptions(where, next, RULES), clock)
  }

  return Object.freeze<AccessControl>({
    permit: (permission, permitOptions) => permitGuard(point, permission, challenge, permitOptions),
    can: (principal, action, resource, surroundings) => point.can(principal, action, resource, surroundings),
    decide(principal, action, resource, surroundings) {
      const known = resource ?? undefined
      const answer = point.decide(principal, permissionText(action, known), known, surroundings, undefined)
      return isThenable(answer) ? answer.then((settled) => settled === true) : answer === true
    },
    explain: (principal, action, resource, surroundings) =>
      point.explain(principal, permissionText(action, resource ?? undefined), resource, surroundings),
    activate(principal, roles) {
      const chosen = ROLES(roles, new OptionPlace('activate()', 'roles'))
      const { graph, separations } = point.rules
      const always = separations.filter(({ kind }) => kind === 'static')
      const held = activeRoles(textsOf(own(principal, 'roles')), graph, always)
      return Object.freeze({ ...principal, roles: Object.freeze(held.filter((role) => chosen.includes(role))) })
    },
    filter: (principal, permission, filterOptions) => rowFilter(point.rules, principal, permission, filterOptions),
    rowSecurity: (tables) => rowSecurity(point.rules, tables),
    rowSession: (principal, security, surroundings) => rowSession(point.rules, principal, security, surroundings),
    reload(next, reloadOptions) {
      const { tests } = readOptions('reload()', reloadOptions, RELOAD_OPTIONS)
      try {
        const candidate = compile('reload()', next)
        const { failures } = runTests(candidate, tests)
        if (failures.length > 0) throw testsFailed(failures[0]!.message, failures.length, tests.length)
        point.rules = candidate
      } catch (error) {
        publishEvent({ name: 'config_changed', by: BY, outcome: 'failure', reason: 'the new rules were not taken' })
        throw error
      }
      publishEvent({ name: 'config_changed', by: BY, outcome: 'success', reason: 'the rules were replaced' })
    },
    shadow(next, report) {
      const told = callback<(difference: Difference) => void>()(report, new OptionPlace('shadow()', 'report'))
      return point.shadow(compile('shadow()', next), told)
    },
    get warnings() {
      return point.rules.warnings
    },
    get rules() {
      return point.rules
    },
  })
}

/** Who tells of a change of rules. */
const BY = 'access control'

function testsFailed(first: string, failed: number, all: number): ConfigurationError {
  const says = `${failed} of ${all} tests failed, so the rules stay as they were. ${first}`
  return new ConfigurationError('ERR_POLICY_TEST_FAILED', `reload(): ${says}`, { where: 'reload()', option: 'tests' })
}
