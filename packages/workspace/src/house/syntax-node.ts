import type { Expression, HasSpan, ModuleItem, TsType, TsTypeElement } from '@swc/core'

/** What the rules look at; a tree holds other kinds of nodes as well. */
export type SyntaxNode = Extract<ModuleItem | Expression | TsType | TsTypeElement, HasSpan>

/** A node and everything within it, in the order of the text. */
export function syntaxNodes(within: unknown): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  collect(within, found)
  return found
}

function collect(within: unknown, found: SyntaxNode[]): void {
  if (typeof within !== 'object' || within === null) return
  if (typeof (within as { type?: unknown }).type === 'string') found.push(within as SyntaxNode)
  for (const part of Object.values(within)) collect(part, found)
}

/** `name` and the last name of `a.b.name`. */
export function lastName(node: { readonly type: string }): string | undefined {
  const expression = node as SyntaxNode
  if (expression.type === 'Identifier') return expression.value
  return expression.type === 'MemberExpression' && expression.property.type === 'Identifier'
    ? expression.property.value
    : undefined
}
