import type { Declaration } from '@swc/core'

import type { Found } from '../house/house.ts'
import type { Rule } from './rule.ts'

export const examples: Rule = {
  name: 'examples',
  because:
    'An editor shows the docstring where the function is typed; an @example there saves the way to the documentation. ' +
    'What only adapters or authors of guards call belongs to an entry of its own.',
  check(home, house) {
    const main = home.entries.get('')
    if (!main) return []
    return house
      .exportsOf(home, [main])
      .filter(isFunction)
      .filter(({ declared }) => !declared.some(({ doc }) => /^\s*\*\s+@example\b/m.test(doc)))
      .map(({ file, name, declared }) => {
        const { line } = declared[0]!
        return { file: file.path, line, says: `${name}() has no @example in its docstring` }
      })
  },
}

function isFunction({ name, declared }: Found): boolean {
  return declared.some(
    ({ declaration }) => declaration.type === 'FunctionDeclaration' || holdsFunction(declaration, name),
  )
}

function holdsFunction(declaration: Declaration, name: string): boolean {
  if (declaration.type !== 'VariableDeclaration') return false
  return declaration.declarations.some(({ id, init }) => {
    if (id.type !== 'Identifier' || id.value !== name) return false
    const { typeAnnotation } = id as { typeAnnotation?: { readonly typeAnnotation: { readonly type: string } } | null }
    return (
      init?.type === 'ArrowFunctionExpression' ||
      init?.type === 'FunctionExpression' ||
      typeAnnotation?.typeAnnotation.type === 'TsFunctionType'
    )
  })
}
