import {
  ALLOW,
  AshlarError,
  type Awaitable,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  UnavailableError,
  type Verdict,
} from '@ashlar/core'
import { type Fetch, requestJson } from '@ashlar/core/http'
import {
  callback,
  duration,
  kindOf,
  OptionPlace,
  type OptionTable,
  optional,
  orElse,
  readOptions,
  secureUrlOption,
} from '@ashlar/core/options'
import { ask, type Duration } from '@ashlar/core/time'

import { own } from '../own.ts'
import { challenge, Refusals } from '../refusals.ts'
import { askedPermission, type PermissionText } from '../roles/permission.ts'
import { type Entity, readEntity } from './evaluation-request.ts'

export interface RemotePermitOptions {
  /** The access evaluation endpoint of the decision point: HTTPS, or HTTP on this machine. */
  readonly endpoint: string
  /** The resource that is asked about. Default: its type is the permission's, its id `*`. */
  readonly resource?: (request: RequestView) => Awaitable<Entity>
  /** What the decision point learns of the caller. Default: the subject, and its roles and scopes as properties. */
  readonly subject?: (principal: Principal) => Entity
  /** Header fields of the request, such as the credential of this service. Default none. */
  readonly headers?: () => Awaitable<Readonly<Record<string, string>>>
  /** How long the decision point may take, and `headers` before it. Default `'2s'`. */
  readonly timeout?: Duration
  /** Asks the decision point; an HTTP client with proxies, retries or a breaker. Default: `fetch`. */
  readonly fetch?: Fetch
  /** The challenge for an anonymous caller. Default `'Bearer'`. */
  readonly challenge?: string
}

/** An answer longer than this is none. */
const MAX_ANSWER = 64 * 1024
const WHERE = 'remotePermit()'

const OPTIONS = {
  endpoint: secureUrlOption,
  resource: optional(callback<NonNullable<RemotePermitOptions['resource']>>()),
  subject: orElse(callback<NonNullable<RemotePermitOptions['subject']>>(), () => subjectOf),
  headers: optional(callback<NonNullable<RemotePermitOptions['headers']>>()),
  timeout: duration({ fallback: '2s' }),
  fetch: orElse(callback<Fetch>(), () => globalThis.fetch),
  challenge,
} satisfies OptionTable<RemotePermitOptions>

/**
 * Asks a remote decision point that speaks AuthZEN Authorization API 1.0. Only a plain `"decision": true` lets the request pass;
 * when the decision point fails, answers nonsense or takes too long, the request is refused with 503.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, and `ERR_OPTION_UNSAFE` for plain
 * HTTP to another machine
 * @example
 * const mayRead = remotePermit('todo:read', {
 *   endpoint: 'https://pdp.example/access/v1/evaluation',
 *   resource: ({ params }) => ({ type: 'todo', id: params!['id']! }),
 *   headers: async () => ({ authorization: `Bearer ${await tokens.current()}` }),
 * })
 */
export function remotePermit(
  permission: PermissionText,
  options: RemotePermitOptions,
): Guard<object, { readonly principal: Principal }> {
  const { text, resource: type, action } = askedPermission(permission, new OptionPlace(WHERE, 'permission'))
  const { endpoint, resource, subject, headers, timeout, fetch, challenge } = readOptions(WHERE, options, OPTIONS)
  const refusals = new Refusals(text, challenge)

  async function check(request: RequestView, { principal }: { readonly principal: Principal }): Promise<Verdict> {
    const question = {
      subject: entityIn('subject', subject(principal)),
      action: { name: action },
      resource: resource ? entityIn('resource', await resource(request)) : { type, id: '*' },
      context: { ...(request.address !== undefined && { ip_address: request.address }) },
    }
    const credential = headers && (await ask('The header fields for the decision point', timeout, headers))
    const answer = await requestJson(endpoint.href, {
      ...{ fetch, timeoutMs: timeout, maxBytes: MAX_ANSWER },
      init: {
        method: 'POST',
        headers: { ...credential, 'x-request-id': request.id, 'content-type': 'application/json' },
        body: JSON.stringify(question),
      },
    })
    const decision = own(answer, 'decision')
    if (typeof decision !== 'boolean') throw new UnavailableError('The decision point answered without a decision.')
    return decision ? ALLOW : refusals.of(principal, `the decision point denies ${text}`)
  }

  return guard({
    name: `remote permit ${text}`,
    layer: 'authorization',
    reads: resource === undefined ? 'head' : 'route',
    needs: { principal },
    check,
  })
}

/** What would be asked about nothing in particular is a defect of the app. */
function entityIn(name: 'subject' | 'resource', value: unknown): Entity {
  const entity = readEntity(value)
  if (entity) return entity
  throw new AshlarError('ERR_OPTION_INVALID', `${WHERE}: "${name}" answered ${kindOf(value)} and no { type, id }.`)
}

function subjectOf({ subject, roles, scopes }: Principal): Entity {
  return { type: 'user', id: subject, properties: { roles, scopes } }
}
