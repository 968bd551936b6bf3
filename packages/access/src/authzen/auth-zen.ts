import {
  type Awaitable,
  deny,
  type Guard,
  guard,
  type Principal,
  principal,
  problem,
  respond,
  type Verdict,
} from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'
import {
  callback,
  duration,
  having,
  OptionPlace,
  type OptionReader,
  type OptionTable,
  optional,
  quoted,
  readOptions,
  wholeNumber,
} from '@ashlar/core/options'
import { ask, type Duration } from '@ashlar/core/time'

import type { AccessControl } from '../access-control.ts'
import { own } from '../own.ts'
import { readPermission } from '../roles/permission.ts'
import { entitiesOf, principalIn } from './answers.ts'
import {
  type Entity,
  type Evaluation,
  isObject,
  principalOf,
  readAction,
  readEntity,
  readEvaluation,
  resourceOf,
} from './evaluation-request.ts'

export interface AuthZenOptions {
  /** Where this decision point is reached: `https://pdp.example`. For the metadata. */
  readonly baseUrl: string
  /** Who a subject is. `undefined`: nobody, who may do nothing. Default: what its properties say, `roles` and `scopes` among them. */
  readonly principal?: (subject: Entity) => Awaitable<Principal | undefined>
  /** All subjects of a type, for the search of subjects. Default: no such search. */
  readonly subjects?: (type: string) => Awaitable<Iterable<Entity>>
  /** All resources of a type, for the search of resources. Default: no such search. */
  readonly resources?: (type: string) => Awaitable<Iterable<Entity>>
  /** How long `principal`, `subjects` and `resources` may take. Default `'1s'`. */
  readonly loaderTimeout?: Duration
  /** Evaluations in one request. Default 100. */
  readonly maxEvaluations?: number
}

type Endpoint = Guard<object, { readonly principal: Principal }>

/** Guards that answer completely. Each needs a principal: the enforcement point that asks. */
export interface AuthZen {
  /** `POST /access/v1/evaluation` */
  readonly evaluation: Endpoint
  /** `POST /access/v1/evaluations` */
  readonly evaluations: Endpoint
  /** `POST /access/v1/search/subject`, where `subjects` is given */
  readonly searchSubject: Endpoint | undefined
  /** `POST /access/v1/search/resource`, where `resources` is given */
  readonly searchResource: Endpoint | undefined
  /** `POST /access/v1/search/action` */
  readonly searchAction: Endpoint
  /** `GET /.well-known/authzen-configuration` */
  readonly metadata: Guard
}

const MALFORMED = deny(problem('bad-request', { detail: 'This is no AuthZEN request.' }), {
  event: 'input_validation_fail',
  reason: 'the body is no AuthZEN request',
})
const WHERE = 'authZen()'

const baseUrl: OptionReader<string> = (value, at) => {
  if (value === undefined) throw at.missing('It is a URL such as "https://pdp.example".')
  const url = typeof value === 'string' ? parseUrl(value) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url.href.replace(/\/$/, '')
  throw at.invalid(`a URL such as "https://pdp.example", not ${quoted(value)}`)
}

const OPTIONS = {
  baseUrl,
  principal: optional(callback<NonNullable<AuthZenOptions['principal']>>()),
  subjects: optional(callback<NonNullable<AuthZenOptions['subjects']>>()),
  resources: optional(callback<NonNullable<AuthZenOptions['resources']>>()),
  loaderTimeout: duration({ fallback: '1s' }),
  maxEvaluations: wholeNumber({ min: 1, max: 100_000, fallback: 100 }),
} satisfies OptionTable<AuthZenOptions>

/**
 * The endpoints of AuthZEN Authorization API 1.0 over the same rules.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`
 * @example
 * const pdp = authZen(access, { baseUrl: 'https://pdp.example' })
 * app.post('/access/v1/evaluation', protect(authenticate([service]), pdp.evaluation))
 */
export function authZen(access: AccessControl, options: AuthZenOptions): AuthZen {
  having<AccessControl>(['decide', 'explain'], 'accessControl()')(access, new OptionPlace(WHERE, 'access'))
  const { baseUrl, principal, subjects, resources, loaderTimeout, maxEvaluations } = readOptions(
    WHERE,
    options,
    OPTIONS,
  )

  async function identify(subject: Entity): Promise<Principal | undefined> {
    if (principal === undefined) return principalOf(subject)
    const what = 'The look-up of a principal'
    return principalIn(what, await ask<unknown>(what, loaderTimeout, () => principal(subject)))
  }

  async function decide({ subject, action, resource, context }: Evaluation): Promise<boolean> {
    const principal = await identify(subject)
    if (principal === undefined) return false
    return access.decide(principal, `${resource.type}:${action.name}`, resourceOf(resource), context)
  }

  async function evaluations(body: unknown): Promise<Verdict> {
    const list = isObject(body) ? own(body, 'evaluations') : undefined
    // Without any it is one question (§7.1).
    if (list === undefined || (Array.isArray(list) && list.length === 0)) return evaluation(body)
    if (!Array.isArray(list) || list.length > maxEvaluations) return MALFORMED
    const settings = own(body as object, 'options')
    const semantic = isObject(settings) ? (own(settings, 'evaluations_semantic') ?? 'execute_all') : 'execute_all'
    const stopAt = STOPS.get(semantic)
    if (stopAt === undefined) return MALFORMED
    const read = list.map((item) => readEvaluation(item, body as object))
    const answers: { readonly decision: boolean }[] = []
    for (const question of read) {
      // One that can't be read is a denial, so that the others keep their places (§7.2.1).
      const decision = question !== undefined && (await decide(question))
      answers.push({ decision })
      if (decision === stopAt) break
    }
    return json({ evaluations: answers })
  }

  async function evaluation(body: unknown): Promise<Verdict> {
    const question = readEvaluation(body)
    return question ? json({ decision: await decide(question) }) : MALFORMED
  }

  async function search(
    body: unknown,
    sought: 'subject' | 'resource',
    all: (type: string) => Awaitable<Iterable<Entity>>,
  ): Promise<Verdict> {
    if (!isObject(body)) return MALFORMED
    const target = readEntity(own(body, sought), false)
    if (!target || !readEvaluation({ ...body, [sought]: { ...target, id: '' } })) return MALFORMED
    const results: { type: string; id: string }[] = []
    const what = `The list of ${sought}s`
    const found = await ask<unknown>(what, loaderTimeout, () => all(target.type))
    for (const entity of entitiesOf(what, found)) {
      if (await decide(readEvaluation({ ...body, [sought]: entity })!))
        results.push({ type: entity.type, id: entity.id })
    }
    return json({ results })
  }

  async function searchAction(body: unknown): Promise<Verdict> {
    if (!isObject(body)) return MALFORMED
    const question = readEvaluation({ ...body, action: readAction(own(body, 'action')) ?? { name: '' } })
    if (!question) return MALFORMED
    const results: { name: string }[] = []
    for (const name of actionsOf(access, question.resource.type)) {
      if (await decide({ ...question, action: { name } })) results.push({ name })
    }
    return json({ results })
  }

  const metadata = json({
    policy_decision_point: baseUrl,
    access_evaluation_endpoint: `${baseUrl}/access/v1/evaluation`,
    access_evaluations_endpoint: `${baseUrl}/access/v1/evaluations`,
    ...(subjects && { search_subject_endpoint: `${baseUrl}/access/v1/search/subject` }),
    ...(resources && { search_resource_endpoint: `${baseUrl}/access/v1/search/resource` }),
    search_action_endpoint: `${baseUrl}/access/v1/search/action`,
  })
  return Object.freeze({
    evaluation: endpoint('evaluation', evaluation),
    evaluations: endpoint('evaluations', evaluations),
    searchSubject: subjects && endpoint('search subject', (body) => search(body, 'subject', subjects)),
    searchResource: resources && endpoint('search resource', (body) => search(body, 'resource', resources)),
    searchAction: endpoint('search action', searchAction),
    metadata: guard({ name: 'authzen metadata', layer: 'custom', reads: 'head', check: () => metadata }),
  } as const)
}

/** The decision at which each semantic stops (§7.1.2.1). */
const STOPS: ReadonlyMap<unknown, boolean | 'never'> = new Map<unknown, boolean | 'never'>([
  ['execute_all', 'never'],
  ['deny_on_first_deny', false],
  ['permit_on_first_permit', true],
])

function endpoint(name: string, answer: (body: unknown) => Promise<Verdict>): Endpoint {
  return guard({
    name: `authzen ${name}`,
    layer: 'custom',
    reads: 'body',
    needs: { principal },
    check: (request) => answer(request.body),
  })
}

function json(body: object): Verdict {
  return respond(200, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  })
}

/** Every action that any role or policy names for a kind of resource. */
function actionsOf({ rules }: AccessControl, type: string): readonly string[] {
  const granted = [...rules.graph.granted].map((text) => text.split(':') as [string, string])
  const governed = rules.index.policies.flatMap(({ resources, actions }) =>
    resources.flatMap((resource) => actions.map((action) => [resource, action] as [string, string])),
  )
  const actions = new Set<string>()
  for (const [resource, action] of [...granted, ...governed]) {
    if ((resource === type || resource === '*') && readPermission(`x:${action}`)) actions.add(action)
  }
  return [...actions].sort()
}
