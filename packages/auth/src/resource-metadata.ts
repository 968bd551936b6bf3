import { ALLOW, ConfigurationError, type Guard, guard, respond } from '@ashlar/core'
import { secureUrl } from '@ashlar/core/http'
import { checkOptionNames } from '@ashlar/core/options'

export interface ResourceMetadataOptions {
  /** This API's identifier: an https: URL without a query or fragment. */
  readonly resource: string
  /** The issuers whose tokens are accepted. */
  readonly authorizationServers: readonly string[]
  readonly scopes?: readonly string[]
  /** Whether every token must be bound to a DPoP key. */
  readonly dpopRequired?: boolean
  /** Any further members (RFC 9728 §2), such as `resource_name`. */
  readonly more?: Readonly<Record<string, unknown>>
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Where the metadata of a resource are (RFC 9728 §3.1); for `authenticate(…, { resourceMetadata })`. */
export function resourceMetadataUrl(resource: string): string {
  const url = secureUrl('resourceMetadata()', 'resource', resource)
  return `${url.origin}${WELL_KNOWN}${url.pathname === '/' ? '' : url.pathname}`
}

/**
 * Answers for the protected resource's metadata (RFC 9728) at their well-known path, and lets everything else pass. It
 * stands before authentication.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function resourceMetadata(options: ResourceMetadataOptions): Guard {
  const where = 'resourceMetadata()'
  checkOptionNames(where, options, ['resource', 'authorizationServers', 'scopes', 'dpopRequired', 'more'])
  const { resource, authorizationServers: servers, scopes, dpopRequired, more } = options
  if (!Array.isArray(servers) || servers.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "authorizationServers" is a list of issuers.`)
  }
  const { search, hash } = secureUrl(where, 'resource', resource)
  if (search !== '' || hash !== '') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "resource" has no query and no fragment.`)
  }
  const path = new URL(resourceMetadataUrl(resource)).pathname
  const body = JSON.stringify({
    resource,
    authorization_servers: servers,
    ...(scopes && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    ...(dpopRequired && { dpop_bound_access_tokens_required: true }),
    ...more,
  })
  const answer = respond(200, {
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=3600' },
    body,
  })
  return guard({
    name: 'resource metadata',
    layer: 'custom',
    reads: 'head',
    check: (request) =>
      request.path === path && (request.method === 'GET' || request.method === 'HEAD') ? answer : ALLOW,
  })
}
