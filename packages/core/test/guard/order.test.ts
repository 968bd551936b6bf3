import { expect, test } from '@jest/globals'

import { ALLOW, allow, chain, except, type Guard, type Principal, shadow, some, when } from '../../src/index.ts'

const base = { layer: 'custom', reads: 'head' } as const
const headers: Guard = { ...base, name: 'headers', check: () => ALLOW }
const authenticate: Guard<{ principal: Principal }> = {
  ...base,
  name: 'authenticate',
  check: () => allow({ principal: {} as Principal }),
}
const permit: Guard<object, { principal: Principal }> = {
  ...base,
  name: 'permit',
  needs: ['principal'],
  check: (_, { principal }) => (principal.roles.includes('admin') ? ALLOW : ALLOW),
}
const tier: Guard<{ tier: string }, { principal: Principal }> = {
  ...base,
  name: 'tier',
  needs: ['principal'],
  check: () => allow({ tier: 'premium' }),
}
const limit: Guard<object, { tier: string }> = { ...base, name: 'limit', needs: ['tier'], check: () => ALLOW }

// The compiler is the test: `npm run typecheck` fails where an expected error does not come.
test('the compiler refuses a guard that needs what only a later one adds', () => {
  const whole: Guard<{ principal: Principal; tier: string }> = chain(headers, authenticate, permit, tier, limit)
  const alone: Guard<object, { principal: Principal }> = chain(permit)
  const nested = chain(headers, chain(authenticate, permit), chain(tier, limit))

  // @ts-expect-error permit needs the principal that authenticate adds
  chain(permit, authenticate)
  // @ts-expect-error the same between other guards
  chain(headers, permit, headers, authenticate)
  // @ts-expect-error limit needs the tier that tier adds
  chain(authenticate, limit, tier)
  // @ts-expect-error the same across chains
  chain(chain(headers, permit), authenticate)
  // @ts-expect-error a condition does not take a need away
  chain(when(['/x'], permit), authenticate)
  // @ts-expect-error nor does an exemption
  chain(except(['/x'], permit), authenticate)
  // @ts-expect-error nor does a shadow
  chain(shadow(permit), authenticate)
  // @ts-expect-error a choice needs what all of its guards need
  chain(some(headers, permit), authenticate)
  // @ts-expect-error a chain that still needs a principal is no guard that needs none
  const complete: Guard = alone

  expect([whole, alone, nested, complete].map(({ name }) => name)).toEqual([
    'chain(headers, authenticate, permit, tier, limit)',
    'chain(permit)',
    'chain(headers, authenticate, permit, tier, limit)',
    'chain(permit)',
  ])
})
