import { ALLOW, ConfigurationError, checkOptionNames, type Guard, type Principal } from '@ashlar/core'

import { nearestName } from './nearest-name.ts'
import { own, ownList } from './own.ts'
import { refusalsOf } from './refusals.ts'
import { Grants } from './roles/grants.ts'
import { checkAsked, checkGranted, type Permission, type PermissionText, readPermission } from './roles/permission.ts'
import { type RoleDefinitions, RoleGraph } from './roles/role-graph.ts'
import { RoleSets, type ScopeMeaning } from './roles/role-sets.ts'

export interface AccessControlOptions {
  /** Roles by name. */
  readonly roles: RoleDefinitions
  /** Every permission there is. Where it is given, roles and routes can name no other one. Default: not checked. */
  readonly permissions?: readonly string[]
  /** What a principal's scopes mean. Default `'ignore'`. */
  readonly scopes?: ScopeMeaning
  /** The challenge with which an anonymous caller is refused. Default `'Bearer'`. */
  readonly challenge?: string
}

export interface AccessControl {
  /**
   * Lets a principal pass whose roles grant the permission: 403 `not-permitted` otherwise, 401 for an anonymous one.
   * @throws ConfigurationError `ERR_OPTION_INVALID` for a permission of a wrong form, and for one that no role can grant
   */
  readonly permit: (permission: PermissionText) => Guard<object, { readonly principal: Principal }>
  /** Whether the principal's roles grant the permission. Answers `false` for a text that is no permission. */
  readonly can: (principal: Principal, permission: PermissionText) => boolean
}

const WHERE = 'accessControl()'

/**
 * Roles, and what they grant.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`
 */
export function accessControl(options: AccessControlOptions): AccessControl {
  checkOptionNames(WHERE, options, ['roles', 'permissions', 'scopes', 'challenge'])
  if (own(options, 'roles') === undefined) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${WHERE}: "roles" is required.`)
  }
  const graph = new RoleGraph(WHERE, options.roles)
  const catalogue = readCatalogue(options, graph)
  const sets = new RoleSets(graph, readScopes(own(options, 'scopes')))
  const challenge = readChallenge(own(options, 'challenge'))

  return Object.freeze({
    permit(text: PermissionText): Guard<object, { readonly principal: Principal }> {
      const permission = checkAsked(`permit()`, text)
      checkGrantable(permission, graph, catalogue)
      const refusals = refusalsOf(permission.text, challenge)
      return Object.freeze({
        name: `permit ${permission.text}`,
        layer: 'authorization' as const,
        reads: 'head' as const,
        needs: ['principal'] as const,
        check(_request: unknown, { principal }: { readonly principal: Principal }) {
          if (sets.of(principal).allows(permission)) return ALLOW
          return isAnonymous(principal) ? refusals.anonymous : refusals.notPermitted
        },
      })
    },
    can(principal: Principal, text: PermissionText): boolean {
      const permission = readPermission(text)
      return permission !== undefined && sets.of(principal).allows(permission)
    },
  })
}

/** Whatever the authentication layer calls a caller whom nobody knows. */
function isAnonymous(principal: Principal): boolean {
  return own(principal, 'kind') === ('anonymous' as string)
}

function readCatalogue(options: AccessControlOptions, graph: RoleGraph): ReadonlySet<string> | undefined {
  if (own(options, 'permissions') === undefined) return undefined
  const known = ownList(WHERE, options, 'permissions')
  for (const [index, text] of known.entries()) checkAsked(`${WHERE}: permissions[${index}]`, text)
  const catalogue = new Set(known)
  for (const granted of graph.granted) {
    checkGranted(WHERE, granted)
    if (!known.some((text) => new Grants([granted]).allows(readPermission(text)!))) {
      throw unknownPermission(WHERE, granted, catalogue)
    }
  }
  return catalogue
}

/** A route that nobody could ever use is a typo. */
function checkGrantable(permission: Permission, graph: RoleGraph, catalogue: ReadonlySet<string> | undefined): void {
  if (catalogue && !catalogue.has(permission.text)) throw unknownPermission('permit()', permission.text, catalogue)
  if (!new Grants(graph.granted).allows(permission)) throw unknownPermission('permit()', permission.text, graph.granted)
}

function unknownPermission(where: string, text: string, known: ReadonlySet<string>): ConfigurationError {
  const nearest = nearestName(text, known)
  const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${[...known].slice(0, 20).join(', ')}.`
  return new ConfigurationError('ERR_OPTION_INVALID', `${where}: no role can be granted "${text}". ${hint}`)
}

function readScopes(value: unknown): ScopeMeaning {
  if (value === undefined || value === 'ignore') return 'ignore'
  if (value === 'grant' || value === 'limit') return value
  throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "scopes" is "ignore", "grant" or "limit".`)
}

function readChallenge(value: unknown): string {
  if (value === undefined) return 'Bearer'
  if (typeof value === 'string' && /^[\x21-\x7e][\x20-\x7e]*$/.test(value)) return value
  throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "challenge" is printable ASCII, such as "Bearer".`)
}
