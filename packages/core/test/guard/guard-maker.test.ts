import { describe, expect, test } from '@jest/globals'

import { stepsOf } from '../../src/adapter.ts'
import {
  ALLOW,
  type AnyGuard,
  allow,
  chain,
  deny,
  except,
  type Guard,
  guard,
  type Principal,
  principal,
  problem,
  shadow,
  slot,
  some,
  when,
} from '../../src/index.ts'
import { decide, guardThat } from '../recording-port.ts'

const order = slot<{ readonly owner: string }>('order')
const ada: Principal = { kind: 'custom', subject: 'ada', roles: [], scopes: [], claims: {} }

const login = guard({
  name: 'login',
  layer: 'authentication',
  reads: 'head',
  adds: { principal },
  check: () => allow({ principal: ada }),
})
const ownOrder = guard({
  name: 'own order',
  layer: 'authorization',
  reads: 'head',
  needs: { principal },
  adds: { order },
  check: (_, { principal }) =>
    principal.subject === 'ada' ? allow({ order: { owner: principal.subject } }) : deny(problem('not-found')),
})

describe('guard()', () => {
  test('makes a frozen guard whose slots are names, and types its state', async () => {
    const typed: Guard<{ readonly order: { readonly owner: string } }, { readonly principal: Principal }> = ownOrder
    expect(Object.isFrozen(typed)).toBe(true)
    expect(typed).toMatchObject({ name: 'own order', needs: ['principal'], adds: ['order'] })
    const { passed, context } = await decide([login, ownOrder])
    expect(passed).toBe(true)
    expect(order.of(context.request)).toEqual({ owner: 'ada' })
  })

  test('refuses at compile time what its slots do not hold', () => {
    guard({
      name: 'wrong',
      layer: 'custom',
      reads: 'head',
      adds: { order },
      // @ts-expect-error the slot holds an order
      check: () => allow({ order: 7 }),
    })
    guard({
      name: 'wrong',
      layer: 'custom',
      reads: 'head',
      needs: { principal },
      // @ts-expect-error the guard has not said that it needs it
      check: (_, { order: missing }) => (missing ? ALLOW : ALLOW),
    })
    expect.assertions(0)
  })

  const whole = { name: 'x', layer: 'custom', reads: 'head', check: () => ALLOW } as const
  test.each([
    ['an unknown member', { ...whole, need: { principal } }, /no "need". Did you mean "needs"/],
    ['no check', { ...whole, check: undefined }, /"check"/],
    ['no name', { ...whole, name: '' }, /has a name/],
    ['an unknown layer', { ...whole, layer: 'auth' }, /"layer" is one of/],
    ['an unknown moment', { ...whole, reads: 'later' }, /"reads" is/],
    ['a slot under another name', { ...whole, needs: { user: principal } }, /Write \{ principal: … \}/],
    ['what is no slot', { ...whole, adds: { order: 'order' } }, /"order" is no slot/],
    ['nothing where a slot should be', { ...whole, adds: { order: undefined } }, /"order" is no slot/],
  ])('refuses %s', (_, definition, message) => {
    const build = () => guard(definition as never)
    expect(build).toThrow(
      expect.objectContaining({ code: 'ERR_GUARD_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('what is no guard is refused by name', () => {
  test.each([
    ['a list', [login], /one by one/],
    ['a factory', () => login, /calling it/],
    ['null', null, /not null/],
    ['needs as a text', { ...guardThat(() => ALLOW), needs: 'principal' }, /"needs" is a list/],
    ['needs as slots', { ...guardThat(() => ALLOW), needs: { principal } }, /"needs" is a list/],
  ])('%s', (_, value, message) => {
    expect(() => stepsOf([value as unknown as AnyGuard])).toThrow(
      expect.objectContaining({ code: 'ERR_GUARD_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('a wrong order', () => {
  const wrong = expect.objectContaining({
    code: 'ERR_GUARD_ORDER',
    message: 'Guard "own order" needs "principal", which "login" adds. Put "login" before it.',
  })

  test.each<[string, (...guards: never[]) => unknown]>([
    ['stepsOf()', (...guards) => stepsOf(guards)],
    ['chain()', chain as never],
  ])('is refused at the start by %s', (_, build) => {
    const together = build as unknown as (...guards: readonly AnyGuard[]) => unknown
    expect(() => together(ownOrder, login)).toThrow(wrong)
    expect(() =>
      together(
        guardThat(() => ALLOW),
        ownOrder,
        login,
      ),
    ).toThrow(wrong)
    expect(() => together(login, ownOrder)).not.toThrow()
  })

  test.each([
    ['chain', () => chain(ownOrder)],
    ['when', () => when(['/x'], ownOrder)],
    ['except', () => except(['/x'], ownOrder)],
    ['some', () => some(ownOrder)],
    ['shadow', () => shadow(ownOrder)],
  ])('is seen through %s()', (_, build) => {
    expect(() => stepsOf([build() as AnyGuard, login])).toThrow(expect.objectContaining({ code: 'ERR_GUARD_ORDER' }))
    expect(() => stepsOf([login, build() as AnyGuard])).not.toThrow()
  })

  test('is none where nobody in the list adds what is needed: it may have been added before', () => {
    expect(() => stepsOf([ownOrder])).not.toThrow()
  })

  test('is none where a later guard only changes what is there', () => {
    const roles = guard({
      name: 'roles',
      layer: 'authorization',
      reads: 'head',
      needs: { principal },
      adds: { principal },
      check: () => ALLOW,
    })
    expect(() => stepsOf([ownOrder, roles])).not.toThrow()
  })

  test('what shadow() asks adds nothing', () => {
    expect(() => stepsOf([shadow(login), ownOrder])).not.toThrow()
    expect(shadow(login).adds).toBeUndefined()
    expect(chain(login, ownOrder)).toMatchObject({ adds: ['principal', 'order'] })
    expect(chain(login, ownOrder).needs).toBeUndefined()
    expect(when(['/x'], ownOrder)).toMatchObject({ needs: ['principal'], adds: ['order'] })
  })
})

test.each([[null], [false], [''], [0]])(
  'a guard that needs or adds %j is refused, not one that needs nothing',
  (slots) => {
    const made = { name: 'x', layer: 'custom', reads: 'head', check: () => ALLOW } as const
    const refused = expect.objectContaining({ code: 'ERR_GUARD_INVALID' })
    expect(() => guard({ ...made, needs: slots as never })).toThrow(refused)
    expect(() => guard({ ...made, adds: slots as never })).toThrow(refused)
    expect(() => guard(slots as never)).toThrow(refused)
  },
)
