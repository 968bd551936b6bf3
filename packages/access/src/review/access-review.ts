import { group, listOf, number, OptionPlace, type OptionTable, optional, readOptions, text } from '@ashlar/core/options'

import type { AccessControl } from '../access-control.ts'
import { Grants } from '../roles/grants.ts'
import { readPermission } from '../roles/permission.ts'
import type { RoleHolder } from '../roles/role-grant.ts'
import { activeRoles, broken } from '../roles/separation.ts'
import { type PermissionUse, permissionUses } from './permission-use.ts'

export interface AccessReviewOptions {
  /** Everybody who has access, with the roles that they hold. */
  readonly holders: readonly (RoleHolder & { readonly roles: readonly string[] })[]
  /** Which permissions were used, from `recordPermissionUse` or the trail. Default: not known, so none is called unused. */
  readonly used?: readonly PermissionUse[]
  /** A role that grants more than this share of all permissions is too broad. Default 0.8. */
  readonly broadShare?: number
}

export interface HolderReview extends RoleHolder {
  readonly roles: readonly string[]
  /** What it may do, and through which roles: `trader → viewer`. */
  readonly permissions: readonly { readonly permission: string; readonly through: readonly string[] }[]
  /** Roles that exclude one another, so that none of them counts. */
  readonly conflicts: readonly (readonly string[])[]
}

export interface RoleReview {
  readonly role: string
  readonly holders: number
  readonly permissions: readonly string[]
  /** Granted to its holders, and used by none of them. Empty where use is not known. */
  readonly unused: readonly string[]
  /** Why it is too broad; empty where it is not. */
  readonly tooBroad: readonly string[]
}

/** Who can do what. Data; `reviewReport` makes it readable. */
export interface AccessReview {
  readonly holders: readonly HolderReview[]
  readonly roles: readonly RoleReview[]
  /** Permissions that roles grant and nobody used. `undefined` where use is not known. */
  readonly unused: readonly string[] | undefined
  /** Permissions that policies decide about, so that a role is not the whole answer. */
  readonly governed: readonly string[]
}

const WHERE = 'reviewAccess()'
const MANY = 10_000_000

const OPTIONS = {
  holders: listOf(
    group({
      subject: text({ quote: true }),
      issuer: optional(text({ quote: true })),
      roles: listOf(text({ quote: true }), { min: 0, max: MANY }),
    } satisfies OptionTable<AccessReviewOptions['holders'][number]>),
    { min: 0, max: MANY },
  ),
  used: optional(permissionUses),
  broadShare: number({ min: 0, max: 1, fallback: 0.8 }),
} satisfies OptionTable<AccessReviewOptions>

/**
 * Who can do what, and through which roles.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`
 * @example
 * const review = reviewAccess(access, { holders: [{ subject: 'tim', roles: ['trader'] }], used: recorder.used() })
 * review.holders[0]?.permissions // [{ permission: 'orders:read', through: ['trader → viewer'] }, …]
 */
export function reviewAccess(access: AccessControl, options: AccessReviewOptions): AccessReview {
  const { rules } = (access ?? {}) as Partial<AccessControl>
  if (rules?.graph === undefined) throw new OptionPlace(WHERE, 'access').invalid('what accessControl() answers', access)
  const { holders, used, broadShare } = readOptions(WHERE, options, OPTIONS)
  const { graph, separations } = rules
  const governedNames = rules.index.policies.flatMap(({ resources, actions }) =>
    resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`)),
  )
  // A wildcard stands for the permissions that anything else names.
  const known = [...new Set([...graph.granted, ...governedNames, ...(used ?? []).map(({ permission }) => permission)])]
    .filter((text) => readPermission(text) !== undefined)
    .sort()
  const grantedBy = (names: Iterable<string>): readonly string[] => {
    const grants = new Grants([...graph.reach(names)].flatMap((name) => graph.permissionsOf(name)))
    return known.filter((text) => grants.allows(readPermission(text)!))
  }
  const usedBy = new Map((used ?? []).map(({ permission, subjects }) => [permission, new Set(subjects)]))

  const roles = graph.names.map((role): RoleReview => {
    const permissions = grantedBy([role])
    const members = holders.filter((holder) => graph.reach(holder.roles).has(role))
    const unused =
      used === undefined || members.length === 0
        ? []
        : permissions.filter((text) => !members.some(({ subject }) => usedBy.get(text)?.has(subject)))
    return { role, holders: members.length, permissions, unused, tooBroad: broadReasons(role, permissions, unused) }
  })

  function broadReasons(role: string, permissions: readonly string[], unused: readonly string[]): readonly string[] {
    const wild = [...graph.reach([role])]
      .flatMap((name) => graph.permissionsOf(name))
      .filter((text) => text.startsWith('*:'))
    return [
      ...(wild.length > 0 ? [`it grants ${[...new Set(wild)].join(', ')}`] : []),
      ...(known.length >= 5 && permissions.length / known.length > broadShare
        ? [`it grants ${permissions.length} of ${known.length} permissions`]
        : []),
      ...(permissions.length >= 4 && unused.length / permissions.length > 0.5
        ? [`its holders use ${permissions.length - unused.length} of its ${permissions.length} permissions`]
        : []),
    ]
  }

  return {
    holders: holders.map(({ subject, issuer, roles: held }) => {
      const active = activeRoles(held, graph, separations)
      const permissions = grantedBy(active).map((permission) => ({
        permission,
        through: active.flatMap((role) => pathsTo(rules, role, permission)),
      }))
      const conflicts = broken(held, graph, separations).map((separation) => [...separation.roles])
      return { subject, ...(issuer !== undefined && { issuer }), roles: [...held], permissions, conflicts }
    }),
    roles,
    unused:
      used && known.filter((text) => !usedBy.has(text) && new Grants(graph.granted).allows(readPermission(text)!)),
    governed: known.filter((text) => !rules.index.plan(text)!.rolesOnly),
  }
}

/** The shortest way from a held role to the one that grants the permission: `trader → viewer`. */
function pathsTo({ graph }: AccessControl['rules'], role: string, text: string): readonly string[] {
  const permission = readPermission(text)!
  const waiting: (readonly string[])[] = [[role]]
  const seen = new Set<string>()
  for (let path = waiting.shift(); path; path = waiting.shift()) {
    const last = path.at(-1)!
    if (seen.has(last)) continue
    seen.add(last)
    if (new Grants(graph.permissionsOf(last)).allows(permission)) return [path.join(' → ')]
    for (const parent of graph.inheritedBy(last)) waiting.push([...path, parent])
  }
  return []
}
