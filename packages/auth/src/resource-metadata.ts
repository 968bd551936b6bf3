import { ALLOW, type Guard, guard, respond } from '@ashlar/core'
import { secureUrl } from '@ashlar/core/http'
import { flag, listOf, type OptionReader, optional, orElse, readOptions, text } from '@ashlar/core/options'

import { jsonObject } from './reading/json-object.ts'

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

const MEMBERS = ['resource', 'authorization_servers', 'scopes_supported', 'dpop_bound_access_tokens_required']

/** An identifier is compared as it is written, so it is left so. */
const identifier: OptionReader<string> = (value, at) => {
  const { search, hash } = secureUrl(at.where, at.option, value as string | undefined)
  if (search !== '' || hash !== '') throw at.invalid('a URL without a query and a fragment')
  return String(value)
}

/** What has an option of its own would be told twice. */
const furtherMembers: OptionReader<Readonly<Record<string, unknown>>> = (value, at) => {
  const more = jsonObject(value, at)
  for (const name of MEMBERS) if (Object.hasOwn(more, name)) throw at.in(name).invalid('left to the option of its own')
  return more
}

/**
 * Where the metadata of a resource are (RFC 9728 §3.1).
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * authenticate([tokens], { resourceMetadata: resourceMetadataUrl('https://api.example.com') })
 */
export function resourceMetadataUrl(resource: string): string {
  const url = secureUrl('resourceMetadataUrl()', 'resource', resource)
  return `${url.origin}${WELL_KNOWN}${url.pathname === '/' ? '' : url.pathname}`
}

/**
 * Answers for the protected resource's metadata (RFC 9728) at their well-known path, and lets everything else pass. It
 * stands before authentication.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * app.use(protect(resourceMetadata({
 *   resource: 'https://api.example.com',
 *   authorizationServers: ['https://login.example.com/'],
 * })))
 */
export function resourceMetadata(options: ResourceMetadataOptions): Guard {
  const { resource, authorizationServers, scopes, dpopRequired, more } = readOptions('resourceMetadata()', options, {
    resource: identifier,
    authorizationServers: listOf(identifier),
    scopes: optional(listOf(text())),
    dpopRequired: flag(false),
    more: orElse(furtherMembers, () => ({})),
  })
  const path = new URL(resourceMetadataUrl(resource)).pathname
  const body = JSON.stringify({
    resource,
    authorization_servers: authorizationServers,
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
