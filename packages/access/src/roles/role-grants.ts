import {
  ALLOW,
  type Awaitable,
  allow,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  UnavailableError,
  type Verdict,
} from '@ashlar/core'
import {
  clock,
  duration,
  having,
  OptionPlace,
  type OptionReader,
  type OptionTable,
  oneOf,
  readOptions,
} from '@ashlar/core/options'
import { ask, type Clock, type Duration, isThenable } from '@ashlar/core/time'

import { own } from '../own.ts'
import { isInForce, type RoleGrant, type RoleHolder, roleGrant } from './role-grant.ts'
import { textsOf } from './subjects.ts'

/** Where roles come from beside the credential. */
export interface RoleGrantStore {
  /** What it throws refuses the request with 503. */
  grantsOf(holder: RoleHolder): Awaitable<readonly RoleGrant[]>
}

/** Roles from a store, or from a function of the principal and the request. */
export type RoleSource =
  | RoleGrantStore
  | ((principal: Principal, request: RequestView) => Awaitable<readonly (string | RoleGrant)[]>)

export interface GrantedRolesOptions {
  /** What becomes of the roles that the credential carries: `'keep'` them beside the granted ones, or `'replace'` them. Default `'keep'`. */
  readonly credentialRoles?: 'keep' | 'replace'
  /** How long the source may take. Default `'1s'`. */
  readonly timeout?: Duration
  /** Default: the system's. */
  readonly clock?: Clock
}

type Needs = { readonly principal: Principal }
type Adds = { principal: Principal }

const WHERE = 'grantedRoles()'

const OPTIONS = {
  credentialRoles: oneOf(['keep', 'replace'], { fallback: 'keep' }),
  timeout: duration({ fallback: '1s' }),
  clock,
} satisfies OptionTable<GrantedRolesOptions>

const store = having<RoleGrantStore>(['grantsOf'], 'memoryRoleGrants(), or a function of the principal')

type Find = (principal: Principal, request: RequestView) => Awaitable<readonly unknown[]>

const roleSource: OptionReader<Find> = (value, at) => {
  if (typeof value === 'function') return value as Find
  const source = store(value, at)
  return (principal) => source.grantsOf(principal)
}

/**
 * Gives the principal the roles that a source says it has now. Stands between authentication and `permit`. A source that
 * fails, takes too long or answers nonsense refuses the request with 503; nobody passes with fewer checks for it.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`
 * @example
 * app.use(protect(authenticate([token]), grantedRoles(({ subject }) => directory.rolesOf(subject))))
 */
export function grantedRoles(source: RoleSource, options: GrantedRolesOptions = {}): Guard<Adds, Needs> {
  const find = roleSource(source, new OptionPlace(WHERE, 'source'))
  const { credentialRoles, timeout, clock } = readOptions(WHERE, options, OPTIONS)
  const keeps = credentialRoles === 'keep'

  function withGrants(principal: Principal, answer: unknown): Verdict<Adds> {
    const granted = rolesIn(answer, clock.now())
    if (granted.length === 0 && keeps) return ALLOW
    const kept = keeps ? textsOf(own(principal, 'roles')) : []
    const roles = Object.freeze([...new Set([...kept, ...granted])])
    return allow({ principal: Object.freeze({ ...principal, roles }) })
  }

  return guard({
    name: 'granted roles',
    layer: 'authorization',
    reads: 'head',
    needs: { principal },
    adds: { principal },
    check(request, { principal }): Awaitable<Verdict<Adds>> {
      const answer = ask<readonly unknown[]>('The source of roles', timeout, () => find(principal, request))
      return isThenable(answer)
        ? answer.then((settled) => withGrants(principal, settled))
        : withGrants(principal, answer)
    },
  })
}

const ANSWERED = new OptionPlace(WHERE, 'source').in('answer')

/** The roles that are in force. An answer of another form is no answer: half of it could be what takes a role away. */
function rolesIn(answer: unknown, now: number): readonly string[] {
  if (!Array.isArray(answer)) throw new UnavailableError('The source of roles answered no list.')
  const roles: string[] = []
  for (const [index, item] of (answer as readonly unknown[]).entries()) {
    if (typeof item === 'string') roles.push(item)
    else {
      const grant = grantIn(item, index)
      if (isInForce(grant, now)) roles.push(grant.role)
    }
  }
  return roles
}

function grantIn(item: unknown, index: number): RoleGrant {
  try {
    return roleGrant(item, ANSWERED.in(index))
  } catch (cause) {
    throw new UnavailableError('The source of roles answered what is no grant.', { cause })
  }
}
