import { custom, flag, listOf, type OptionReader, oneOf, optional, orElse, quoted } from '@ashlar/core/options'

import { type Attributes, attributeTypes } from './policies/attributes.ts'
import { isZone } from './policies/day-time.ts'
import type { Policy } from './policies/policy.ts'
import type { AttributeTypes } from './policies/value-type.ts'
import { askedPermission, type Permission } from './roles/permission.ts'
import { type Role, type RoleDefinitions, roleDefinitions } from './roles/role-graph.ts'
import { type ReadSeparation, type Separation, separations } from './roles/separation.ts'
import type { ScopeMeaning } from './roles/subjects.ts'

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
  /** Every permission there is. Where it is given, roles, policies and routes can name no other one. Default: not checked. */
  readonly permissions?: readonly string[]
  /** What a principal's scopes mean. Default `'ignore'`. */
  readonly scopes?: ScopeMeaning
  /** Roles that must not come together. Default none. */
  readonly separation?: readonly Separation[]
}

/** A list of policies. What is in it is read by `readPolicies`, which tells of every mistake with its place. */
const policies: OptionReader<unknown> = orElse<unknown, readonly unknown[]>(
  custom((value) => value),
  () => [],
)

const zone: OptionReader<string> = (value, at) => {
  if (isZone(value)) return value
  throw at.invalid(`a time zone such as "UTC" or "Europe/Berlin", not ${quoted(value)}`)
}

/** Rules whose options are read. */
export interface ReadRules {
  readonly roles: Readonly<Record<string, Role>>
  readonly policies: unknown
  readonly tenantPolicies: unknown
  readonly attributes: Attributes
  readonly strict: boolean
  readonly zone: string | undefined
  readonly permissions: readonly Permission[] | undefined
  readonly scopes: ScopeMeaning
  readonly separation: readonly ReadSeparation[]
}

/** How rules are read, as a part of the options of `accessControl` and alone. */
export const RULES: { readonly [Name in keyof Required<Rules>]: OptionReader<ReadRules[Name]> } = {
  roles: roleDefinitions,
  policies,
  tenantPolicies: policies,
  attributes: attributeTypes,
  strict: flag(false),
  zone: optional(zone),
  permissions: optional(listOf(askedPermission, { max: 1_000_000 })),
  scopes: oneOf(['ignore', 'grant', 'limit'], { fallback: 'ignore' }),
  separation: orElse(separations, () => []),
}
