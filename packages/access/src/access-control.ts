import { type Awaitable, ConfigurationError, type Guard, type Principal, type RequestView } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { type AttributeLoader, Loaders } from './attribute-loader.ts'
import { DecisionPoint, type Difference } from './decision-point.ts'
import type { Explanation } from './explanation.ts'
import { own } from './own.ts'
import { type PermitOptions, permitGuard } from './permit.ts'
import type { PolicyIssue } from './policies/policy.ts'
import { type PolicyTest, runPolicyTests } from './policy-tests.ts'
import type { PermissionText } from './roles/permission.ts'
import { activeRoles } from './roles/separation.ts'
import { textsOf } from './roles/subjects.ts'
import { permissionText, RULE_NAMES, type RuleSet, type Rules } from './rule-set.ts'
import { type RowFilter, type RowFilterOptions, rowFilter } from './sql/row-filter.ts'
import { type ProtectedTable, type RowSecurity, rowSecurity } from './sql/row-security.ts'
import { rowSession } from './sql/row-session.ts'

export interface AccessControlOptions extends Rules {
  /** The challenge with which an anonymous caller is refused. Default `'Bearer'`. */
  readonly challenge?: string
  /** Where attributes come from that the credential does not carry. Default none. */
  readonly loaders?: readonly AttributeLoader[]
  /** How long a loader may take, in milliseconds. Default 1000. */
  readonly loaderTimeoutMs?: number
  /** What guards know of a request's surroundings beside `time` and `ip_address`: `{ device_type: 'mobile' }`. Default nothing. */
  readonly environment?: (request: RequestView) => object
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
   * Loaded attributes are missing here: see `decide`.
   */
  can(principal: Principal, action: PermissionText | (string & {}), resource?: object, environment?: object): boolean
  /**
   * The same with attributes from the loaders; a promise where something must be fetched.
   * @throws UnavailableError when a loader fails
   */
  decide(
    principal: Principal,
    action: PermissionText | (string & {}),
    resource?: object,
    environment?: object,
  ): Awaitable<boolean>
  /** Why `can` answers what it does. */
  explain(
    principal: Principal,
    action: PermissionText | (string & {}),
    resource?: object,
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
  rowSession(security: RowSecurity, principal: Principal, environment?: object): string
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

/**
 * Who may do what: roles and what they grant, and policies over attributes.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_POLICY_INVALID`
 */
export function accessControl(options: AccessControlOptions): AccessControl {
  checkOptionNames(WHERE, options, [...RULE_NAMES, 'challenge', 'loaders', 'loaderTimeoutMs', 'environment', 'clock'])
  const { challenge: _c, loaders: _l, loaderTimeoutMs, environment: _e, clock, ...rules } = options
  const challenge = readChallenge(own(options, 'challenge'))
  const loaders = new Loaders(
    WHERE,
    own(options, 'loaders'),
    numberOption(WHERE, 'loaderTimeoutMs', loaderTimeoutMs, { min: 1, max: 2 ** 31 - 1, fallback: 1000 }),
  )
  const environment = readEnvironment(own(options, 'environment'))
  const point = new DecisionPoint(WHERE, rules, loaders, clock ?? systemClock, environment)

  return Object.freeze({
    permit: (permission: PermissionText, permitOptions: PermitOptions<never> = {}) =>
      permitGuard(point, permission, challenge, checkPermitOptions(permitOptions)),
    can: (principal: Principal, action: string, resource?: object, surroundings?: object) =>
      point.can(action, principal, resource, surroundings),
    decide(principal: Principal, action: string, resource?: object, surroundings?: object): Awaitable<boolean> {
      const answer = point.decide(permissionText(action, resource), principal, resource, surroundings, undefined)
      return answer instanceof Promise ? answer.then((settled) => settled === true) : answer === true
    },
    explain: (principal: Principal, action: string, resource?: object, surroundings?: object) =>
      point.explain(permissionText(action, resource), principal, resource, surroundings),
    activate(principal: Principal, roles: readonly string[]): Principal {
      const { graph, separations } = point.rules
      const always = separations.filter(({ kind }) => kind === 'static')
      const held = activeRoles(textsOf(own(principal, 'roles')), graph, always)
      return Object.freeze({ ...principal, roles: Object.freeze(held.filter((role) => roles.includes(role))) })
    },
    filter: (principal: Principal, permission: string, filterOptions?: RowFilterOptions) =>
      rowFilter(point.rules, principal, permission, filterOptions),
    rowSecurity: (tables: readonly ProtectedTable[]) => rowSecurity(point.rules, tables),
    rowSession: (security: RowSecurity, principal: Principal, surroundings?: object) =>
      rowSession(point.rules, security, principal, surroundings),
    reload(next: Rules, { tests = [] }: ReloadOptions = {}): void {
      const candidate = point.read(next)
      const { failures } = runPolicyTests(candidate, tests)
      if (failures.length > 0) {
        throw new ConfigurationError(
          'ERR_POLICY_TEST_FAILED',
          `reload(): ${failures.length} of ${tests.length} tests failed, so the rules stay as they were. ${failures[0]!.message}`,
        )
      }
      point.rules = candidate
    },
    shadow: (next: Rules, report: (difference: Difference) => void) => point.shadow(point.read(next), report),
    get warnings() {
      return point.rules.warnings
    },
    get rules() {
      return point.rules
    },
  }) as AccessControl
}

function checkPermitOptions(options: PermitOptions<never>): PermitOptions<never> {
  checkOptionNames('permit()', options, ['resource'])
  if (options.resource !== undefined && typeof options.resource !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'permit(): "resource" is a function of the request.')
  }
  return options
}

function readEnvironment(value: unknown): ((request: RequestView) => object) | undefined {
  if (value === undefined || typeof value === 'function') return value as ((request: RequestView) => object) | undefined
  throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "environment" is a function of the request.`)
}

function readChallenge(value: unknown): string {
  if (value === undefined) return 'Bearer'
  if (typeof value === 'string' && /^[\x21-\x7e][\x20-\x7e]*$/.test(value)) return value
  throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "challenge" is printable ASCII, such as "Bearer".`)
}
