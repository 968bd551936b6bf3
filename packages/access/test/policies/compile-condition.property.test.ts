import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { type AttributeTypes, accessControl, type Condition } from '../../src/index.ts'
import { principalOf } from '../apps.ts'

const attributes: AttributeTypes = {
  'user.text': 'text',
  'user.number': 'number',
  'user.flag': 'boolean',
  'user.whole': 'integer',
  'resource.text': 'text',
  'resource.number': 'number',
  'resource.flag': 'boolean',
  'resource.whole': 'integer',
}
type Values = Readonly<Record<string, unknown>>
type Truth = true | false | undefined

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  flag: (value) => typeof value === 'boolean',
  whole: (value) => Number.isSafeInteger(value),
}

/** The meaning of conditions, said once more and as plainly as can be. */
function meaning(condition: Condition, user: Values, resource: Values): Truth {
  const [[operator, operand]] = Object.entries(condition) as [[string, unknown]]
  const all = (parts: readonly Truth[]): Truth =>
    parts.includes(false) ? false : parts.includes(undefined) ? undefined : true
  const parts = (): readonly Truth[] => (operand as Condition[]).map((part) => meaning(part, user, resource))
  const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth)
  if (operator === 'and') return all(parts())
  if (operator === 'or') return not(all(parts().map(not)))
  if (operator === 'not') return not(meaning(operand as Condition, user, resource))
  const [[name, right]] = Object.entries(operand as object) as [[string, unknown]]
  const read = (path: string): unknown => {
    const [root, key] = path.split('.') as [string, string]
    const value = (root === 'user' ? user : resource)[key]
    return fits[key]!(value) ? value : undefined
  }
  const a = read(name)
  if (operator === 'in') return a === undefined ? undefined : (right as unknown[]).includes(a)
  const b = typeof right === 'object' && right !== null ? read((right as { ref: string }).ref) : right
  if (a === undefined || b === undefined) return undefined
  switch (operator) {
    case 'equals':
      return a === b
    case 'notEquals':
      return a !== b
    case 'greaterThan':
      return (a as number) > (b as number)
    case 'greaterThanOrEqual':
      return (a as number) >= (b as number)
    case 'lessThan':
      return (a as number) < (b as number)
    default:
      return (a as number) <= (b as number)
  }
}

const constants = {
  text: fc.constantFrom('a', 'b'),
  number: fc.constantFrom(0, 1, 2),
  flag: fc.boolean(),
  whole: fc.constantFrom(0, 1, 2),
}
const keys = ['text', 'number', 'flag', 'whole'] as const
const leaf = fc.constantFrom(...keys).chain((key) => {
  const ordered = key === 'number' || key === 'whole'
  const operators = [
    'equals',
    'notEquals',
    'in',
    ...(ordered ? ['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'] : []),
  ]
  const names = [`user.${key}`, `resource.${key}`]
  return fc.constantFrom(...operators).chain((operator) => {
    const value: fc.Arbitrary<unknown> = constants[key]
    const right =
      operator === 'in'
        ? fc.array(value, { minLength: 1, maxLength: 2 })
        : fc.oneof(
            value,
            fc.constantFrom(...names).map((ref) => ({ ref })),
          )
    return fc.tuple(fc.constantFrom(...names), right).map(([name, operand]) => ({ [operator]: { [name]: operand } }))
  })
}) as fc.Arbitrary<Condition>

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ and: fc.array(tie('condition'), { minLength: 1, maxLength: 5 }) }),
    fc.record({ or: fc.array(tie('condition'), { minLength: 1, maxLength: 5 }) }),
    fc.record({ not: tie('condition') }),
  ) as fc.Arbitrary<Condition>,
}))
const anything = fc.constantFrom(
  'a',
  'b',
  '1',
  0,
  1,
  2,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  false,
  null,
  undefined,
  {},
  [],
)
const values: fc.Arbitrary<Values> = fc.record({
  text: fc.oneof(constants.text, anything),
  number: fc.oneof(constants.number, anything),
  flag: fc.oneof(constants.flag, anything),
  whole: fc.oneof(constants.whole, anything),
})

test('a compiled condition means what it says', () => {
  const seen = new Map<Truth, number>()
  fc.assert(
    fc.property(condition, values, values, (conditions, user, resource) => {
      const decide = (effect: 'allow' | 'deny'): boolean =>
        accessControl({
          roles: { r: { permissions: effect === 'deny' ? ['x:y'] : [] } },
          attributes,
          policies: [{ id: 'p', effect, resource: 'x', action: 'y', conditions }],
        }).can(principalOf(['r'], { claims: user }), 'x:y', resource)
      const expected = meaning(conditions, user, resource)
      seen.set(expected, (seen.get(expected) ?? 0) + 1)
      expect(decide('allow')).toBe(expected === true)
      expect(decide('deny')).toBe(expected === false)
    }),
    { numRuns: 2000 },
  )
  for (const truth of [true, false, undefined]) expect(seen.get(truth)).toBeGreaterThan(50)
})
