import {
  ALLOW,
  type Awaitable,
  ConfigurationError,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  UnavailableError,
  type Verdict,
} from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

import { Refusals } from '../refusals.ts'
import { checkAsked, type PermissionText } from '../roles/permission.ts'
import { type Entity, isObject } from './evaluation-request.ts'

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
  checkOptionNames(WHERE, options, ['endpoint', 'resource', 'subject', 'headers', 'timeoutMs', 'challenge'])
  const permission = checkAsked(WHERE, text)
  const endpoint = readEndpoint(options.endpoint)
  const timeoutMs = numberOption(WHERE, 'timeoutMs', options.timeoutMs, { min: 1, max: 2 ** 31 - 1, fallback: 2000 })
  const refusals = new Refusals(permission.text, options.challenge ?? 'Bearer')
  const { resource, subject = subjectOf, headers } = options

  async function check(request: RequestView, { principal }: { readonly principal: Principal }): Promise<Verdict> {
    const question = {
      subject: subject(principal),
      action: { name: permission.action },
      resource: resource ? await resource(request) : { type: permission.resource, id: '*' },
      context: { ...(request.address !== undefined && { ip_address: request.address }) },
    }
    const allowed = await ask(endpoint, question, { ...(await headers?.()), 'x-request-id': request.id }, timeoutMs)
    return allowed ? ALLOW : refusals.of(principal, `the decision point denies ${permission.text}`)
  }

  return guard({
    name: `remote permit ${permission.text}`,
    layer: 'authorization',
    reads: resource === undefined ? 'head' : 'route',
    needs: { principal },
    check,
  })
}

async function ask(
  endpoint: URL,
  question: object,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<boolean> {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      // The credential of this service goes where it was meant to go.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.status !== 200) throw new Error(`the decision point answered ${response.status}`)
    const answer: unknown = JSON.parse(await shortText(response))
    const decision = isObject(answer) && Object.hasOwn(answer, 'decision') ? answer['decision'] : undefined
    if (typeof decision !== 'boolean') throw new Error('the decision point answered without a decision')
    return decision
  } catch (error) {
    throw new UnavailableError('The decision point could not be asked.', { cause: error })
  }
}

async function shortText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_ANSWER) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function subjectOf({ subject, roles, scopes }: Principal): Entity {
  return { type: 'user', id: subject, properties: { roles, scopes } }
}

function readEndpoint(text: string): URL {
  const url = parseUrl(text)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${WHERE}: "endpoint" is a URL such as "https://pdp.example/access/v1/evaluation".`,
    )
  }
  if (url.protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', `${WHERE}: decisions come over HTTPS, except from this machine.`)
  }
  return url
}
