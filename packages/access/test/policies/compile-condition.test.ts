import type { Principal } from '@ashlar/core'
import { fakeClock } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

import { type AccessControlOptions, accessControl, type Condition, type Policy } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const ROLES = { nobody: { permissions: [] } }
const MONDAY_10 = Date.UTC(2026, 0, 5, 10)

const alice = principalOf([], {
  claims: Object.freeze({
    department: 'sales',
    role: 'manager',
    clearance_level: 'secret',
    location: 'Berlin',
    projects: Object.freeze(['apollo', 'gemini']),
    age: 40,
    verified: true,
  }),
})

function rule(conditions: Condition, effect: Policy['effect'] = 'allow', id = 'rule'): Policy {
  return { id, effect, resource: 'document', action: 'read', conditions }
}

function asks(
  conditions: Condition,
  {
    resource = {},
    environment,
    principal = alice,
    ...options
  }: Omit<Partial<AccessControlOptions>, 'environment'> & {
    resource?: object
    environment?: object
    principal?: Principal
  } = {} as never,
): boolean {
  const access = accessControl({
    roles: ROLES,
    policies: [rule(conditions)],
    clock: fakeClock(MONDAY_10),
    zone: 'UTC',
    ...options,
  } as AccessControlOptions)
  return access.can(principal, 'document:read', resource, environment as never)
}

const officeHours: Policy = {
  id: 'department managers in office hours',
  effect: 'allow',
  resource: 'document',
  action: ['read', 'update'],
  conditions: {
    and: [
      { equals: { 'user.department': 'resource.department' } },
      { in: { 'user.role': ['manager', 'director'] } },
      { between: { 'environment.time': ['09:00', '17:00'] } },
    ],
  },
}

describe('a department manager in office hours', () => {
  const clock = fakeClock(MONDAY_10)
  const { can, explain } = accessControl({ roles: ROLES, policies: [officeHours], zone: 'Europe/Berlin', clock })
  const own = { department: 'sales' }

  test.each([
    ['07:59:59.999', false],
    ['08:00', true],
    ['16:00', true],
    ['16:00:00.001', false],
    ['23:00', false],
  ])('in winter at %s UTC: %s', (time, expected) => {
    clock.set(Date.parse(`2026-01-05T${time}Z`))
    expect(can(alice, 'document:read', own)).toBe(expected)
  })

  test('in summer an hour earlier', () => {
    clock.set(Date.parse('2026-07-06T07:30:00Z'))
    expect(can(alice, 'document:update', own)).toBe(true)
    clock.set(Date.parse('2026-07-06T15:30:00Z'))
    expect(can(alice, 'document:update', own)).toBe(false)
  })

  test('not for another department, another role, another action, or without them', () => {
    clock.set(MONDAY_10)
    expect(can(alice, 'document:read', { department: 'legal' })).toBe(false)
    expect(can(alice, 'document:read', {})).toBe(false)
    expect(can(alice, 'document:read')).toBe(false)
    expect(can(alice, 'document:delete', own)).toBe(false)
    expect(can(principalOf([], { claims: { department: 'sales', role: 'clerk' } }), 'document:read', own)).toBe(false)
    expect(can(principalOf([]), 'document:read', {})).toBe(false)
  })

  test('and explains itself', () => {
    clock.set(Date.parse('2026-01-05T20:00:00Z'))
    expect(explain(alice, 'document:read', own)).toEqual({
      decision: 'deny',
      by: 'default',
      nearMiss: [
        {
          policy: officeHours.id,
          path: 'policies[0].conditions.and[2].between["environment.time"]',
          attribute: 'environment.time',
          outcome: 'false',
        },
      ],
      forOperator:
        'no role and no policy allows document:read. The policy "department managers in office hours" came nearest: ' +
        'policies[0].conditions.and[2].between["environment.time"] is false.',
      forCaller: 'You are not permitted to do this.',
    })
    clock.set(MONDAY_10)
    expect(explain(alice, 'document:read', own)).toMatchObject({
      decision: 'allow',
      by: 'policy',
      policy: officeHours.id,
    })
    expect(explain(principalOf([]), 'document:read', {}).nearMiss.map(({ outcome }) => outcome)).toEqual([
      'missing',
      'missing',
    ])
  })

  test('the resource may name its own type', () => {
    clock.set(MONDAY_10)
    expect(can(alice, 'read', { type: 'document', department: 'sales' })).toBe(true)
    expect(can(alice, 'read', { type: 'invoice', department: 'sales' })).toBe(false)
    expect(can(alice, 'read', own)).toBe(false)
  })
})

describe('operators', () => {
  test.each<[Condition, boolean]>([
    [{ equals: { 'user.department': 'sales' } }, true],
    [{ equals: { 'user.department': 'Sales' } }, false],
    [{ notEquals: { 'user.department': 'legal' } }, true],
    [{ equals: { 'user.age': 40 } }, true],
    [{ equals: { 'user.age': '40' } }, false],
    [{ equals: { 'user.verified': true } }, true],
    [{ equals: { 'user.verified': 1 } }, false],
    [{ in: { 'user.location': ['Berlin', 'Paris'] } }, true],
    [{ notIn: { 'user.location': ['Berlin', 'Paris'] } }, false],
    [{ in: { 'user.location': { value: ['Rome'] } } }, false],
    [{ in: { 'resource.project': { ref: 'user.projects' } } }, true],
    [{ contains: { 'user.projects': 'apollo' } }, true],
    [{ contains: { 'user.projects': 'mercury' } }, false],
    [{ contains: { 'user.projects': { ref: 'resource.project' } } }, true],
    [{ between: { 'user.age': [18, 40] } }, true],
    [{ between: { 'user.age': [41, 65] } }, false],
    [{ greaterThan: { 'user.age': 39 } }, true],
    [{ greaterThan: { 'user.age': 40 } }, false],
    [{ greaterThanOrEqual: { 'user.age': 40 } }, true],
    [{ lessThan: { 'user.age': 40 } }, false],
    [{ lessThanOrEqual: { 'user.age': 40 } }, true],
    [{ startsWith: { 'user.location': 'Ber' } }, true],
    [{ endsWith: { 'user.location': 'lin' } }, true],
    [{ exists: { 'user.age': true } }, true],
    [{ exists: { 'user.missing': true } }, false],
    [{ exists: { 'user.missing': false } }, true],
    [{ not: { equals: { 'user.department': 'legal' } } }, true],
    [{ or: [{ equals: { 'user.department': 'legal' } }, { equals: { 'user.age': 40 } }] }, true],
    [{ equals: { 'user.department': 'sales', 'user.age': 41 } }, false],
    [{ equals: { 'user.department': 'sales' }, in: { 'user.age': [40] } }, true],
  ])('%j: %s', (conditions, expected) => {
    expect(asks(conditions, { resource: { project: 'apollo' } })).toBe(expected)
  })

  test('levels have an order', () => {
    const levels = { levels: ['public', 'internal', 'secret', 'top secret'] }
    const attributes = { 'user.clearance_level': levels, 'resource.classification': levels }
    const conditions: Condition = { greaterThanOrEqual: { 'user.clearance_level': { ref: 'resource.classification' } } }
    for (const [classification, expected] of [
      ['public', true],
      ['secret', true],
      ['top secret', false],
      ['cosmic', false],
    ] as const) {
      expect(asks(conditions, { attributes, resource: { classification } })).toBe(expected)
    }
    expect(asks({ lessThan: { 'user.clearance_level': 'top secret' } }, { attributes })).toBe(true)
  })

  test('addresses are compared by network', () => {
    const within: Condition = { in: { 'environment.ip_address': ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] } }
    for (const [ip_address, expected] of [
      ['10.1.2.3', true],
      ['11.0.0.1', false],
      ['::ffff:10.1.2.3', true],
      ['2001:db8::1', true],
      ['2001:DB8:0::1', true],
      ['192.0.2.7', true],
      ['192.0.2.8', false],
      ['10.1.2.3, 11.0.0.1', false],
      ['', false],
      [10, false],
    ] as const) {
      expect(asks(within, { environment: { ip_address } })).toBe(expected)
    }
    expect(asks({ not: within }, { environment: {} })).toBe(false)
  })

  test.each(['::ffff:203.0.113.7', '::ffff:203.0.113.0/120', '203.0.113.7', '203.0.113.0/24', 'loopback'])(
    'a deny policy for %s matches the address, however it is written',
    (network) => {
      const listed: Condition = { in: { 'environment.ip_address': [network] } }
      const inside = network === 'loopback' ? '127.0.0.1' : '203.0.113.7'
      expect(asks(listed, { environment: { ip_address: inside } })).toBe(true)
      expect(asks(listed, { environment: { ip_address: `::ffff:${inside}` } })).toBe(true)
      expect(asks(listed, { environment: { ip_address: '203.0.114.7' } })).toBe(false)
    },
  )

  test('hours may pass midnight', () => {
    const night: Condition = { between: { 'environment.time': { from: '22:00', to: '06:00', zone: 'UTC' } } }
    for (const [hour, expected] of [
      [21, false],
      [22, true],
      [3, true],
      [6, true],
      [7, false],
    ] as const) {
      expect(asks(night, { environment: { time: new Date(Date.UTC(2026, 0, 5, hour)) } })).toBe(expected)
    }
  })

  test('instants are compared as such', () => {
    const attributes = { 'resource.published_at': 'instant' } as const
    const published: Condition = { lessThanOrEqual: { 'resource.published_at': { ref: 'environment.time' } } }
    expect(asks(published, { attributes, resource: { published_at: new Date(MONDAY_10) } })).toBe(true)
    expect(asks(published, { attributes, resource: { published_at: new Date(MONDAY_10 + 1) } })).toBe(false)
    expect(asks(published, { attributes, resource: { published_at: new Date(Number.NaN) } })).toBe(false)
    expect(asks({ greaterThan: { 'environment.time': '2026-01-05T09:59:59Z' } })).toBe(true)
    expect(asks({ greaterThan: { 'environment.time': '2026-01-05T12:00:00+01:00' } })).toBe(false)
  })

  test('instants that a Date or PostgreSQL can not hold are unknown', () => {
    const hours: Condition = { between: { 'environment.time': { from: '00:00', to: '23:59', zone: 'Europe/Berlin' } } }
    for (const time of [9e15, 8.64e15 + 1, -210_866_803_200_001, Number.NaN, Number.POSITIVE_INFINITY, '2026-01-05']) {
      expect(asks(hours, { environment: { time } })).toBe(false)
      expect(asks({ not: hours }, { environment: { time } })).toBe(false)
      expect(asks({ greaterThan: { 'environment.time': '2026-01-01T00:00:00Z' } }, { environment: { time } })).toBe(
        false,
      )
    }
    for (const time of [8.64e15, -210_866_803_200_000, new Date(MONDAY_10)]) {
      expect(asks({ or: [hours, { not: hours }] }, { environment: { time } })).toBe(true)
    }
  })
})

describe('what is missing or of the wrong kind', () => {
  const same: Condition = { equals: { 'user.team': { ref: 'resource.team' } } }

  test.each<[string, object]>([
    ['on both sides', {}],
    ['undefined', { team: undefined }],
    ['null', { team: null }],
    ['NaN', { team: Number.NaN }],
    ['an object', { team: {} }],
  ])('never allows: %s', (_name, both) => {
    const principal = principalOf([], { claims: both })
    expect(asks(same, { principal, resource: both })).toBe(false)
    expect(asks({ not: same }, { principal, resource: both })).toBe(false)
    expect(asks({ or: [same, { not: same }] }, { principal, resource: both })).toBe(false)
  })

  test('is not coerced', () => {
    expect(asks(same, { principal: principalOf([], { claims: { team: 1 } }), resource: { team: '1' } })).toBe(false)
    expect(asks(same, { principal: principalOf([], { claims: { team: ['a'] } }), resource: { team: 'a' } })).toBe(false)
    expect(asks(same, { principal: principalOf([], { claims: { team: 'a' } }), resource: { team: 'a' } })).toBe(true)
  })

  test('denies in a denying policy', () => {
    const deny = (conditions: Condition, resource: object): boolean =>
      accessControl({
        roles: { reader: { permissions: ['document:read'] } },
        policies: [rule(conditions, 'deny', 'locked')],
      }).can(principalOf(['reader']), 'document:read', resource)
    const locked: Condition = { equals: { 'resource.locked': true } }
    expect(deny(locked, { locked: false })).toBe(true)
    expect(deny(locked, { locked: true })).toBe(false)
    expect(deny(locked, { locked: 'no' })).toBe(false)
    expect(deny(locked, {})).toBe(false)
  })
})

describe('deny overrides', () => {
  const { can, explain } = accessControl({
    roles: { admin: { permissions: ['*:*'] } },
    policies: [
      { id: 'open', effect: 'allow', resource: '*', action: 'read' },
      {
        id: 'sealed',
        effect: 'deny',
        resource: 'document',
        action: '*',
        conditions: { equals: { 'resource.sealed': true } },
      },
    ],
  })

  test('roles and other policies, whatever the order', () => {
    expect(can(principalOf(['admin']), 'document:read', { sealed: true })).toBe(false)
    expect(can(principalOf(['admin']), 'document:read', { sealed: false })).toBe(true)
    expect(can(principalOf([]), 'document:read', { sealed: false })).toBe(true)
    expect(can(principalOf([]), 'invoice:read')).toBe(true)
    expect(can(principalOf([]), 'document:write', { sealed: false })).toBe(false)
    expect(explain(principalOf(['admin']), 'document:read', { sealed: true })).toMatchObject({
      decision: 'deny',
      by: 'policy',
      policy: 'sealed',
      nearMiss: [{ attribute: 'resource.sealed', outcome: 'true' }],
    })
    expect(explain(principalOf(['admin']), 'document:write', { sealed: false })).toMatchObject({
      by: 'role',
      role: 'admin',
    })
    expect(explain(principalOf(['admin']), 'nonsense')).toMatchObject({ decision: 'deny' })
  })
})

describe('a polluted prototype', () => {
  const names = [
    'team',
    'department',
    'id',
    'conditions',
    'ref',
    'value',
    'equals',
    'claims',
    'time',
    'type',
    'resource',
  ]
  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name)
  })

  test('supplies no attribute and no policy', () => {
    const policies = [
      rule({ equals: { 'user.team': { ref: 'resource.team' } } }),
      rule({ equals: { 'resource.team': 'red' } }, 'allow', 'b'),
    ]
    for (const name of names) {
      Object.defineProperty(Object.prototype, name, { value: 'red', configurable: true, writable: true })
    }
    const { can } = accessControl({ roles: ROLES, policies })
    expect(can(principalOf([]), 'document:read', {})).toBe(false)
    class Row {}
    expect(can(principalOf([]), 'document:read', new Row())).toBe(false)
    expect(can(principalOf([]), 'document:read', Object.create({ team: 'red' }))).toBe(false)
    expect(can(principalOf([]), 'document:read', { team: 'red' })).toBe(true)
    expect(can(principalOf([]), 'document:read', Object.assign(Object.create(null), { team: 'red' }))).toBe(true)
  })
})
