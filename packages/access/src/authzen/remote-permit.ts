import {
  ALLOW,
  type Awaitable,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  UnavailableError,
  type Verdict,
} from '@ashlar/core'
import { type Fetch, requestJson, secureUrl } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

import { Refusals } from '../refusals.ts'
import { checkAsked, type PermissionText } from '../roles/permission.ts'
import type { Entity } from './evaluation-request.ts'

export interface RemotePermitOptions {
  /** The access evaluation endpoint of the decision point: HTTPS, or HTTP on this machine. */
  readonly endpoint: string
  /** The resource that is asked about. Default: its type is the permission's, its id `*`. */
  readonly resource?: (request: RequestView) => Awaitable<Entity>
  /** What the decision point learns of the caller. Default: the subject, and its roles and scopes as properties. */
  readonly subject?: (principal: Principal) => Entity
  /** Header fields of the request, such as the credential of this service. Default none. */
  readonly headers?: () => Awaitable<Readonly<Record<string, string>>>
  /** How long the decision point may take, in milliseconds. Default 2000. */
  readonly timeoutMs?: number
  /** Asks the decision point; an HTTP client with proxies, retries or a breaker. Default: `fetch`. */
  readonly fetch?: Fetch
  /** The challenge for an anonymous caller. Default `'Bearer'`. */
  readonly challenge?: string
}

/** An answer longer than this is none. */
const MAX_ANSWER = 64 * 1024
const WHERE = 'remotePermit()'

/**
 * Asks a remote decision point that speaks AuthZEN Authorization API 1.0. Only a plain `"decision": true` lets the request pass;
 * when the decision point fails, answers nonsense or takes too long, the request is refused with 503.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_UNSAFE` for plain HTTP to another machine
 */
export function remotePermit(
  text: PermissionText,
  options: RemotePermitOptions,
): Guard<object, { readonly principal: Principal }> {
  checkOptionNames(WHERE, options, ['endpoint', 'resource', 'subject', 'headers', 'timeoutMs', 'fetch', 'challenge'])
  const permission = checkAsked(WHERE, text)
  const endpoint = secureUrl(WHERE, 'endpoint', options.endpoint).href
  const timeoutMs = numberOption(WHERE, 'timeoutMs', options.timeoutMs, { min: 1, max: 2 ** 31 - 1, fallback: 2000 })
  const refusals = new Refusals(permission.text, options.challenge ?? 'Bearer')
  const { resource, subject = subjectOf, headers, fetch = globalThis.fetch } = options

  async function check(request: RequestView, { principal }: { readonly principal: Principal }): Promise<Verdict> {
    const question = {
      subject: subject(principal),
      action: { name: permission.action },
      resource: resource ? await resource(request) : { type: permission.resource, id: '*' },
      context: { ...(request.address !== undefined && { ip_address: request.address }) },
    }
    const answer = await requestJson(endpoint, {
      ...{ fetch, timeoutMs, maxBytes: MAX_ANSWER },
      init: {
        method: 'POST',
        headers: { ...(await headers?.()), 'x-request-id': request.id, 'content-type': 'application/json' },
        body: JSON.stringify(question),
      },
    })
    const { decision } = answer as { readonly decision?: unknown }
    if (typeof decision !== 'boolean') throw new UnavailableError('The decision point answered without a decision.')
    return decision ? ALLOW : refusals.of(principal, `the decision point denies ${permission.text}`)
  }

  return guard({
    name: `remote permit ${permission.text}`,
    layer: 'authorization',
    reads: resource === undefined ? 'head' : 'route',
    needs: { principal },
    check,
  })
}

function subjectOf({ subject, roles, scopes }: Principal): Entity {
  return { type: 'user', id: subject, properties: { roles, scopes } }
}
