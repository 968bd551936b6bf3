import { lastName, type SyntaxNode } from '../house/syntax-node.ts'
import type { Rule } from './rule.ts'

export const thenables: Rule = {
  name: 'thenables',
  because:
    'A promise of another realm, of a library or of an ORM is none by `instanceof Promise`, and its rejection would pass ' +
    'for an answer. Use isThenable of @ashlar/core/time.',
  check: (home) =>
    [...home.sources.values()].flatMap((file) =>
      file.nodes.flatMap((node) => {
        const says = asksForClass(node)
        return says === undefined ? [] : [{ file: file.path, line: file.lineOf(node.span), says }]
      }),
    ),
}

function asksForClass(node: SyntaxNode): string | undefined {
  if (node.type === 'BinaryExpression' && node.operator === 'instanceof' && lastName(node.right) === 'Promise') {
    return 'asks for `instanceof Promise`'
  }
  return node.type === 'CallExpression' && lastName(node.callee) === 'isPromise' ? 'asks `isPromise`' : undefined
}
