import {
  ALLOW,
  type Awaitable,
  allow,
  ConfigurationError,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  type Verdict,
} from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { own } from '../own.ts'
import { textsOf } from './subjects.ts'

/** A role that somebody has, perhaps for a time. */
export interface RoleGrant {
  readonly role: string
  /** Milliseconds since the Unix epoch. Default: already. */
  readonly from?: number
  /** Milliseconds since the Unix epoch; from then on it counts no more. Default: for good. */
  readonly until?: number
}

/** Whose roles are asked for. */
export interface RoleHolder {
  readonly subject: string
  readonly issuer?: string | undefined
}

/** Where roles come from beside the credential. */
export interface RoleGrantStore {
  /** What it throws refuses the request. */
  grantsOf(holder: RoleHolder): Awaitable<readonly RoleGrant[]>
}

/** Roles from a store, or from a function of the principal and the request. */
export type RoleSource =
  | RoleGrantStore
  | ((principal: Principal, request: RequestView) => Awaitable<readonly (string | RoleGrant)[]>)

export interface GrantedRolesOptions {
  /** What becomes of the roles that the credential carries: `'keep'` them beside the granted ones, or `'replace'` them. Default `'keep'`. */
  readonly credentialRoles?: 'keep' | 'replace'
  /** Default: the system's. */
  readonly clock?: Clock
}

type Needs = { readonly principal: Principal }

/**
 * Gives the principal the roles that a source says it has now. Stands between authentication and `permit`. A source that
 * fails refuses the request; nobody passes with fewer checks for it.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN`
 */
export function grantedRoles(
  source: RoleSource,
  options: GrantedRolesOptions = {},
): Guard<{ principal: Principal }, Needs> {
  checkOptionNames('grantedRoles()', options, ['credentialRoles', 'clock'])
  const { credentialRoles = 'keep', clock = systemClock } = options
  if (credentialRoles !== 'keep' && credentialRoles !== 'replace') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'grantedRoles(): "credentialRoles" is "keep" or "replace".')
  }
  const find = typeof source === 'function' ? source : (principal: Principal) => source.grantsOf(principal)
  if (typeof source !== 'function' && typeof source?.grantsOf !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'grantedRoles(): expected a store or a function.')
  }

  function withGrants(
    principal: Principal,
    grants: readonly (string | RoleGrant)[],
  ): Verdict<{ principal: Principal }> {
    const now = clock.now()
    const granted = grants.flatMap((grant) =>
      typeof grant === 'string' ? [grant] : isInForce(grant, now) ? [grant.role] : [],
    )
    const kept = credentialRoles === 'keep' ? textsOf(own(principal, 'roles')) : []
    if (granted.length === 0 && credentialRoles === 'keep') return ALLOW
    const roles = Object.freeze([...new Set([...kept, ...granted])])
    return allow({ principal: Object.freeze({ ...principal, roles }) })
  }

  return guard({
    name: 'granted roles',
    layer: 'authorization',
    reads: 'head',
    needs: { principal },
    adds: { principal },
    check(request, { principal }): Awaitable<Verdict<{ principal: Principal }>> {
      const grants = find(principal, request)
      return grants instanceof Promise
        ? grants.then((settled) => withGrants(principal, settled))
        : withGrants(principal, grants)
    },
  })
}

/** `until` itself is no longer in it. What is no number limits to nothing. */
function isInForce(
  { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: RoleGrant,
  now: number,
): boolean {
  return from <= now && now < until
}

/** Role grants of this process: for tests, and for apps that load theirs at start-up. */
export interface MemoryRoleGrants extends RoleGrantStore {
  /** A grant of a role that the holder has already replaces it. */
  grant(holder: RoleHolder, grant: RoleGrant): void
  revoke(holder: RoleHolder, role: string): void
}

export function memoryRoleGrants(): MemoryRoleGrants {
  const byHolder = new Map<string, Map<string, RoleGrant>>()
  const keyOf = ({ subject, issuer }: RoleHolder): string => JSON.stringify([issuer ?? null, subject])
  return {
    grantsOf: (holder) => [...(byHolder.get(keyOf(holder))?.values() ?? [])],
    grant(holder, grant) {
      const { from = 0, until = 0 } = grant
      if (typeof grant.role !== 'string' || Number.isNaN(from) || Number.isNaN(until)) {
        throw new ConfigurationError('ERR_OPTION_INVALID', 'grant(): expected a role, and times in milliseconds.')
      }
      const key = keyOf(holder)
      const grants = byHolder.get(key) ?? new Map<string, RoleGrant>()
      byHolder.set(key, grants.set(grant.role, Object.freeze({ ...grant })))
    },
    revoke(holder, role) {
      byHolder.get(keyOf(holder))?.delete(role)
    },
  }
}
