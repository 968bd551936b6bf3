import { readFileSync } from 'node:fs'

import { accessControl, type Policy } from '@ashlar/access'
import type { Principal } from '@ashlar/core'
import { subject as caslSubject, createMongoAbility, type MongoAbility } from '@casl/ability'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { AccessControl } from 'accesscontrol'
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'

import { interleave } from './interleave.ts'
import type { Bench } from './result.ts'

const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>
}
const pinned = (name: string): string => `${name}@${dependencies[name]}`
const CASL = pinned('@casl/ability')
const CASBIN = pinned('casbin')
const ACCESSCONTROL = pinned('accesscontrol')
const CEDAR = pinned('@cedar-policy/cedar-wasm')

const RESOURCES = ['orders', 'positions', 'users', 'reports', 'invoices']
const ACTIONS = ['create', 'read', 'update', 'delete']
const ROLES = ['viewer', 'trader', 'admin', 'auditor']
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  viewer: RESOURCES.map((resource) => `${resource}:read`),
  trader: ['orders:create', 'orders:update', 'positions:update', 'orders:read', 'positions:read'],
  admin: ['users:create', 'users:read', 'users:update', 'users:delete', 'orders:delete'],
  auditor: ['reports:create', 'reports:read', 'reports:update', 'invoices:read', 'orders:read'],
}
/** A power of two, so that the next question costs one `and`. */
const QUESTIONS = 4096

function principalOf(subject: string, roles: readonly string[], claims: object = {}): Principal {
  return Object.freeze({
    kind: 'bearer',
    subject,
    roles: Object.freeze([...roles]),
    scopes: Object.freeze([]),
    claims: Object.freeze(claims),
  }) as Principal
}

/** The same numbers on every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Asks the next of the shuffled questions. */
function inTurn<Question>(questions: readonly Question[], ask: (question: Question) => unknown): () => unknown {
  let next = 0
  return () => ask(questions[next++ & (QUESTIONS - 1)]!)
}

async function roles(): ReturnType<Bench> {
  const pick = random(1)
  const principals = Array.from({ length: 100 }, (_, index) => principalOf(`user-${index}`, [ROLES[index % 4]!]))
  const questions = Array.from({ length: QUESTIONS }, () => {
    const principal = principals[pick(principals.length)]!
    const [resource, action] = [RESOURCES[pick(5)]!, ACTIONS[pick(4)]!]
    const role = principal.roles[0]!
    return { principal, role, resource, action, permission: `${resource}:${action}` as const }
  })

  const access = accessControl({
    roles: Object.fromEntries(Object.entries(GRANTS).map(([role, permissions]) => [role, { permissions }])),
  })
  const byHand = new Map(Object.entries(GRANTS).map(([role, permissions]) => [role, new Set(permissions)]))
  const abilities = new Map<string, MongoAbility>(
    Object.entries(GRANTS).map(([role, permissions]) => [
      role,
      createMongoAbility(
        permissions.map((permission) => {
          const [resource = '', action = ''] = permission.split(':')
          return { action, subject: resource }
        }),
      ),
    ]),
  )
  const grants = Object.entries(GRANTS).flatMap(([role, permissions]) =>
    permissions.map((permission) => {
      const [resource = '', action = ''] = permission.split(':')
      return { role, resource, action: `${action}:any`, attributes: '*' }
    }),
  )
  const accesscontrol = new AccessControl(grants)
  const anyOf = { create: 'createAny', read: 'readAny', update: 'updateAny', delete: 'deleteAny' } as const
  const enforcer = await newEnforcer(
    newModelFromString(`[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act`),
    new StringAdapter(
      Object.entries(GRANTS)
        .flatMap(([role, permissions]) => permissions.map((text) => `p, ${role}, ${text.replace(':', ', ')}`))
        .join('\n'),
    ),
  )
  cedar.preparsePolicySet('roles', {
    staticPolicies: Object.entries(GRANTS)
      .flatMap(([role, permissions]) =>
        permissions.map((text) => {
          const [resource, action] = text.split(':')
          return `permit(principal == Role::"${role}", action == Action::"${action}", resource == Kind::"${resource}");`
        }),
      )
      .join('\n'),
  })

  const contenders = {
    'hand-written closure': (q: (typeof questions)[number]) => byHand.get(q.role)!.has(q.permission),
    'ashlar can': (q: (typeof questions)[number]) => access.can(q.principal, q.permission),
    [CASL]: (q: (typeof questions)[number]) => abilities.get(q.role)!.can(q.action, q.resource),
    [ACCESSCONTROL]: (q: (typeof questions)[number]) =>
      accesscontrol.can(q.role)[anyOf[q.action as keyof typeof anyOf]](q.resource).granted,
    [CASBIN]: (q: (typeof questions)[number]) => enforcer.enforceSync(q.role, q.resource, q.action),
    [CEDAR]: (q: (typeof questions)[number]) =>
      cedarAllows('roles', { type: 'Role', id: q.role }, q.action, { type: 'Kind', id: q.resource }, {}),
  }
  agree(contenders, questions)
  return interleave(
    'roles, 20 grants, shuffled',
    Object.fromEntries(Object.entries(contenders).map(([name, ask]) => [name, inTurn(questions, ask)])),
  )
}

async function attributes(): ReturnType<Bench> {
  const pick = random(2)
  const departments = ['sales', 'legal', 'research', 'support']
  const principals = Array.from({ length: 100 }, (_, index) =>
    principalOf(`user-${index}`, [], { department: departments[pick(4)]!, level: pick(6) }),
  )
  const abilities = new Map<Principal, MongoAbility>(
    principals.map((principal) => [
      principal,
      createMongoAbility([
        {
          action: 'read',
          subject: 'document',
          conditions: {
            department: principal.claims['department'],
            published: true,
            level: { $lte: principal.claims['level'] },
          },
        },
      ]),
    ]),
  )
  const questions = Array.from({ length: QUESTIONS }, () => {
    const principal = principals[pick(100)]!
    const document = { department: departments[pick(4)]!, published: pick(4) > 0, level: pick(6) }
    const user = { department: principal.claims['department'] as string, level: principal.claims['level'] as number }
    return {
      principal,
      user,
      ability: abilities.get(principal)!,
      document,
      marked: caslSubject('document', { ...document }),
    }
  })

  const policy: Policy = {
    id: 'published documents of the department',
    effect: 'allow',
    resource: 'document',
    action: 'read',
    conditions: {
      and: [
        { equals: { 'user.department': { ref: 'resource.department' } } },
        { equals: { 'resource.published': true } },
        { lessThanOrEqual: { 'resource.level': { ref: 'user.level' } } },
      ],
    },
  }
  const access = accessControl({
    roles: {},
    policies: [policy],
    attributes: {
      'user.department': 'text',
      'user.level': 'number',
      'resource.department': 'text',
      'resource.published': 'boolean',
      'resource.level': 'number',
    },
  })
  const enforcer = await newEnforcer(
    newModelFromString(`[request_definition]
r = sub, obj, act
[policy_definition]
p = act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.sub.department == r.obj.department && r.obj.published == true && r.obj.level <= r.sub.level`),
    new StringAdapter('p, read'),
  )
  cedar.preparsePolicySet('attributes', {
    staticPolicies: `permit(principal, action == Action::"read", resource) when {
      context.department == context.documentDepartment && context.published && context.documentLevel <= context.level };`,
  })

  type Question = (typeof questions)[number]
  const contenders = {
    'hand-written closure': ({ user, document }: Question) =>
      user.department === document.department && document.published === true && document.level <= user.level,
    'ashlar can': ({ principal, document }: Question) => access.can(principal, 'document:read', document),
    [CASL]: ({ ability, marked }: Question) => ability.can('read', marked),
    [CASBIN]: ({ user, document }: Question) => enforcer.enforceSync(user, document, 'read'),
    [CEDAR]: ({ user, document }: Question) =>
      cedarAllows(
        'attributes',
        { type: 'User', id: 'u' },
        'read',
        { type: 'Document', id: 'd' },
        {
          department: user.department,
          level: user.level,
          documentDepartment: document.department,
          documentLevel: document.level,
          published: document.published,
        },
      ),
  }
  agree(contenders, questions)
  const onNewRows = {
    'hand-written closure': (q: Question) => contenders['hand-written closure']({ ...q, document: { ...q.document } }),
    'ashlar can': ({ principal, document }: Question) => access.can(principal, 'document:read', { ...document }),
    [CASL]: ({ ability, document }: Question) => ability.can('read', caslSubject('document', { ...document })),
    [CASBIN]: ({ user, document }: Question) => enforcer.enforceSync(user, { ...document }, 'read'),
  }
  return [
    ...(await interleave(
      'attributes, three conditions, shuffled',
      Object.fromEntries(Object.entries(contenders).map(([name, ask]) => [name, inTurn(questions, ask)])),
    )),
    ...(await interleave(
      'attributes, three conditions, on rows that were just made',
      Object.fromEntries(Object.entries(onNewRows).map(([name, ask]) => [name, inTurn(questions, ask)])),
    )),
  ]
}

async function manyRoles(): ReturnType<Bench> {
  const contenders: Record<string, () => unknown> = {}
  for (const count of [10, 100, 1000, 10_000]) {
    const pick = random(count)
    const access = accessControl({
      roles: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`role-${index}`, { permissions: [`kind-${index}:read`] }]),
      ),
    })
    // The same number of callers and permissions in each case, so that only the number of roles differs.
    const callers = Array.from({ length: 100 }, (_, index) => principalOf(`user-${index}`, [`role-${pick(count)}`]))
    const permissions = Array.from({ length: 20 }, () => `kind-${pick(count)}:read` as const)
    const questions = Array.from({ length: QUESTIONS }, () => ({
      principal: callers[pick(100)]!,
      permission: permissions[pick(20)]!,
    }))
    contenders[`ashlar of ${count} roles`] = inTurn(questions, (q) => access.can(q.principal, q.permission))
  }
  return interleave('number of roles', contenders)
}

function cedarAllows(
  preparsedPolicySetId: string,
  principal: { type: string; id: string },
  action: string,
  resource: { type: string; id: string },
  context: Record<string, cedar.CedarValueJson>,
): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: action },
    resource,
    context,
    preparsedPolicySetId,
    validateRequest: false,
    entities: [],
  })
  return answer.type === 'success' && answer.response.decision === 'allow'
}

/** Contenders that do not give the same answers are not doing the same work. */
function agree<Question>(
  contenders: Readonly<Record<string, (question: Question) => unknown>>,
  questions: readonly Question[],
): void {
  const [[, first], ...others] = Object.entries(contenders) as [[string, (question: Question) => unknown]]
  for (const [name, ask] of others as readonly (readonly [string, (question: Question) => unknown])[]) {
    const wrong = questions.slice(0, 500).find((question) => ask(question) !== first!(question))
    if (wrong) throw new Error(`${name} decides otherwise about ${JSON.stringify(wrong)}`)
  }
}

export const bench: Bench = async () => [...(await roles()), ...(await attributes()), ...(await manyRoles())]
