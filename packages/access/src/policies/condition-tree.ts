import type { Attribute } from './attributes.ts'
import type { ValueType } from './value-type.ts'

/** What a policy compares. The same tree yields the closure, the SQL filter and the row-security policy. */
export type Tree = Both | Either | Negation | Leaf

export interface Both {
  readonly kind: 'and'
  readonly of: readonly Tree[]
}

export interface Either {
  readonly kind: 'or'
  readonly of: readonly Tree[]
}

export interface Negation {
  readonly kind: 'not'
  readonly of: Tree
}

/** Where a leaf stands in its policy, and the attribute it is about. */
interface Place {
  readonly kind: 'leaf'
  readonly path: string
  readonly left: Attribute
}

export type Term =
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'constant'; readonly value: unknown }

export type Comparison = '=' | '<' | '<=' | '>' | '>='

export type Leaf =
  | (Place & {
      readonly test: 'compare'
      readonly operator: Comparison
      readonly type: ValueType
      readonly right: Term
    })
  | (Place & { readonly test: 'one of'; readonly type: ValueType; readonly values: readonly unknown[] })
  | (Place & { readonly test: 'element of'; readonly list: Attribute })
  | (Place & { readonly test: 'contains'; readonly right: Term })
  | (Place & { readonly test: 'starts' | 'ends'; readonly right: Term })
  | (Place & { readonly test: 'within'; readonly networks: readonly string[] })
  | (Place & { readonly test: 'day time'; readonly from: number; readonly to: number; readonly zone: string })
  | (Place & { readonly test: 'exists'; readonly expected: boolean })

/** Every leaf, in the order of the policy. */
export function leavesOf(tree: Tree): readonly Leaf[] {
  if (tree.kind === 'leaf') return [tree]
  return tree.kind === 'not' ? leavesOf(tree.of) : tree.of.flatMap(leavesOf)
}

/** The attributes that a leaf reads. */
export function attributesOf(leaf: Leaf): readonly Attribute[] {
  if (leaf.test === 'element of') return [leaf.left, leaf.list]
  if ('right' in leaf && leaf.right.kind === 'attribute') return [leaf.left, leaf.right.attribute]
  return [leaf.left]
}
