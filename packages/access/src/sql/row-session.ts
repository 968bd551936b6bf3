import type { Principal } from '@ashlar/core'
import { OptionPlace } from '@ashlar/core/options'

import { type Attribute, rawReader, readerOf } from '../policies/attributes.ts'
import { attributesOf, type Leaf, leavesOf } from '../policies/condition-tree.ts'
import { isStorable, type ValueType } from '../policies/value-type.ts'
import type { RuleSet } from '../rule-set.ts'
import type { RowSecurity } from './row-security.ts'
import { sessionKey } from './session-source.ts'

/**
 * What the row-security policies must know of a principal, as the text of the setting `ashlar.principal`: the attributes
 * that they read, and which of their permissions its roles grant. Nothing else of the principal is in it.
 */
export function rowSession(
  rules: RuleSet,
  principal: Principal,
  security: RowSecurity,
  environment: object | undefined,
): string {
  const { tables } = (security ?? {}) as Partial<RowSecurity>
  if (!Array.isArray(tables)) {
    throw new OptionPlace('rowSession()', 'security').invalid('what rowSecurity() answers', security)
  }
  const session: Record<string, unknown> = Object.create(null)
  const subject = rules.subjects.of(principal)
  const granted: string[] = []
  for (const text of new Set((tables as RowSecurity['tables']).flatMap(({ permissions }) => permissions))) {
    const plan = rules.index.plan(text)!
    if (subject.grants.allows(plan.permission)) granted.push(text)
    const inquiry = rules.inquiry(subject, plan, undefined, environment)
    for (const { tree } of [...plan.denies, ...plan.allows]) {
      for (const leaf of tree ? leavesOf(tree) : []) {
        for (const { attribute, type } of readsOf(leaf)) {
          if (attribute.root === 'resource') continue
          if (type === 'exists') {
            session[sessionKey(attribute, 'exists')] = (rawReader(attribute, rules.slots)(inquiry) ?? null) !== null
            continue
          }
          const value = readerOf(attribute, type, rules.slots)(inquiry)
          const sent = type.kind === 'level' && typeof value === 'number' ? type.levels![value] : value
          if (sent !== undefined && storable(sent)) session[sessionKey(attribute, type.kind)] = sent
        }
      }
    }
  }
  return JSON.stringify({ ...session, granted })
}

/** Each attribute of a leaf, with the kind in which it is compared. */
function readsOf(leaf: Leaf): readonly { readonly attribute: Attribute; readonly type: ValueType | 'exists' }[] {
  const kind = (name: ValueType['kind']): ValueType => ({ kind: name })
  switch (leaf.test) {
    case 'compare':
    case 'one of':
      return attributesOf(leaf).map((attribute) => ({ attribute, type: leaf.type }))
    case 'element of':
      return [
        { attribute: leaf.left, type: kind('text') },
        { attribute: leaf.list, type: kind('texts') },
      ]
    case 'contains':
      return attributesOf(leaf).map((attribute, index) => ({ attribute, type: kind(index === 0 ? 'texts' : 'text') }))
    case 'starts':
    case 'ends':
      return attributesOf(leaf).map((attribute) => ({ attribute, type: kind('text') }))
    case 'within':
      return [{ attribute: leaf.left, type: kind('address') }]
    case 'day time':
      return [{ attribute: leaf.left, type: kind('instant') }]
    case 'exists':
      return [{ attribute: leaf.left, type: 'exists' }]
  }
}

function storable(value: unknown): boolean {
  return [value].flat().every((item) => typeof item !== 'string' || isStorable(item))
}
