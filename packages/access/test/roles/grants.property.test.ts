import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { accessControl } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

test('a set of roles grants what one of its roles grants', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const permission = fc
    .tuple(fc.constantFrom('a', 'b', 'c', '*'), fc.constantFrom('r', 'w', '*'))
    .map((p) => p.join(':'))
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.array(permission, { maxLength: 3 })),
      fc.uniqueArray(name),
      fc.constantFrom('a:r', 'a:w', 'b:r', 'c:w'),
      (granted, names, asked) => {
        const roles = Object.fromEntries(Object.entries(granted).map(([role, list]) => [role, { permissions: list }]))
        const { can } = accessControl({ roles })
        const [resource, action] = asked.split(':')
        const expected = names.some((role) =>
          (Object.hasOwn(granted, role) ? granted[role]! : []).some((text) => {
            const [r, a] = text.split(':')
            return (r === '*' || r === resource) && (a === '*' || a === action)
          }),
        )
        expect(can(principalOf(names), asked as `${string}:${string}`)).toBe(expected)
      },
    ),
  )
})
