import { principalKey, publishEvent } from '@ashlar/core'
import { OptionPlace, text } from '@ashlar/core/options'

import { type RoleGrant, type RoleHolder, roleGrant, roleHolder } from './role-grant.ts'
import type { RoleGrantStore } from './role-grants.ts'

/** Role grants of this process: for tests, and for apps that load theirs at start-up. */
export interface MemoryRoleGrants extends RoleGrantStore {
  /**
   * A grant of a role that the holder has already replaces it.
   * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`
   */
  grant(holder: RoleHolder, grant: RoleGrant): void
  revoke(holder: RoleHolder, role: string): void
}

const BY = 'role grants'

/**
 * A store of role grants in memory.
 * @example
 * const grants = memoryRoleGrants()
 * grants.grant({ subject: 'alice' }, { role: 'payer', until: Date.now() + 3_600_000 })
 * app.use(protect(authenticate([token]), grantedRoles(grants)))
 */
export function memoryRoleGrants(): MemoryRoleGrants {
  const byHolder = new Map<string, Map<string, RoleGrant>>()
  return Object.freeze<MemoryRoleGrants>({
    grantsOf: (holder) => [...(byHolder.get(principalKey(holder))?.values() ?? [])],
    grant(holder, grant) {
      const known = roleHolder(holder, new OptionPlace('grant()', 'holder'))
      const read = roleGrant(grant, new OptionPlace('grant()', 'grant'))
      const key = principalKey(known)
      const grants = byHolder.get(key) ?? new Map<string, RoleGrant>()
      byHolder.set(key, grants.set(read.role, read))
      tell(known, read.role, 'the role was granted')
    },
    revoke(holder, role) {
      const known = roleHolder(holder, new OptionPlace('revoke()', 'holder'))
      const name = text({ quote: true })(role, new OptionPlace('revoke()', 'role'))
      const key = principalKey(known)
      const grants = byHolder.get(key)
      if (!grants?.delete(name)) return
      if (grants.size === 0) byHolder.delete(key)
      tell(known, name, 'the role was revoked')
    },
  })
}

function tell(subject: RoleHolder, role: string, reason: string): void {
  publishEvent({
    name: 'authz_change',
    by: BY,
    outcome: 'success',
    reason,
    subject,
    object: { kind: 'role', id: role },
  })
}
