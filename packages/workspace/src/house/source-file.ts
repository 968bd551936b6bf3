import { type Declaration, type ModuleItem, parseSync, type Span } from '@swc/core'

import { type SyntaxNode, syntaxNodes } from './syntax-node.ts'

/** Where a name comes from: the module that is named, and what it is called there. */
export interface NameElsewhere {
  readonly from: string
  readonly name: string
}

/** A declaration at the top of a file. A name has several when a function has overloads. */
export interface Declared {
  readonly declaration: Declaration
  readonly line: number
  /** Its docstring as it is written, or ''. */
  readonly doc: string
}

export interface Specifier {
  readonly text: string
  readonly line: number
}

/** A TypeScript file, read as its syntax. Types are not worked out. */
export class SourceFile {
  readonly path: string
  readonly text: string
  readonly nodes: readonly SyntaxNode[]
  /** Every module that it imports or re-exports from, values and types. */
  readonly specifiers: readonly Specifier[]
  readonly imports: ReadonlyMap<string, NameElsewhere>
  /** By the exported name: the name in this file, or where it comes from. */
  readonly exports: ReadonlyMap<string, string | NameElsewhere>
  /** The modules of `export * from`. */
  readonly stars: readonly string[]
  readonly declarations: ReadonlyMap<string, readonly Declared[]>
  readonly #bytes: Buffer

  /** @throws Error that names the file when it is no TypeScript */
  constructor(path: string, text: string) {
    this.path = path
    this.text = text
    this.#bytes = Buffer.from(text)
    const { body } = parse(path, text)
    this.nodes = syntaxNodes(body)
    this.specifiers = this.nodes.flatMap((node) => {
      const source = specifierOf(node)
      return source ? [{ text: source.value, line: this.lineOf(source.span) }] : []
    })
    this.imports = new Map(body.flatMap(importedNames))
    this.exports = new Map(body.flatMap(exportedNames))
    this.stars = body.flatMap((item) => (item.type === 'ExportAllDeclaration' ? [item.source.value] : []))
    this.declarations = this.#declarations(body)
  }

  lineOf({ start }: Span): number {
    return this.#before(start).split('\n').length
  }

  /** The parser counts bytes, from 1. */
  #before(start: number): string {
    return this.#bytes.subarray(0, start - 1).toString()
  }

  #declarations(body: readonly ModuleItem[]): ReadonlyMap<string, readonly Declared[]> {
    const found = new Map<string, Declared[]>()
    for (const item of body) {
      const declaration = item.type === 'ExportDeclaration' ? item.declaration : item
      for (const name of declaredNames(declaration)) {
        const { span } = item as { readonly span: Span }
        const doc = /\/\*\*(?:(?!\*\/).)*\*\/\s*$/s.exec(this.#before(span.start))?.[0].trim() ?? ''
        const declared = { declaration: declaration as Declaration, line: this.lineOf(span), doc }
        found.set(name, [...(found.get(name) ?? []), declared])
      }
    }
    return found
  }
}

function parse(path: string, text: string): { readonly body: readonly ModuleItem[] } {
  try {
    return parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2022' })
  } catch (error) {
    throw new Error(`${path} can't be parsed: ${String(error)}`, { cause: error })
  }
}

function specifierOf(node: SyntaxNode): { readonly value: string; readonly span: Span } | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source
    case 'TsImportType':
      return node.argument
    case 'CallExpression': {
      const target = node.callee.type === 'Import' ? node.arguments[0]?.expression : undefined
      return target?.type === 'StringLiteral' ? target : undefined
    }
    default:
      return undefined
  }
}

function importedNames(item: ModuleItem): readonly (readonly [string, NameElsewhere])[] {
  if (item.type !== 'ImportDeclaration') return []
  const from = item.source.value
  return item.specifiers.map((specifier) => {
    const local = specifier.local.value
    if (specifier.type === 'ImportSpecifier') return [local, { from, name: specifier.imported?.value ?? local }]
    return [local, { from, name: specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*' }]
  })
}

function exportedNames(item: ModuleItem): readonly (readonly [string, string | NameElsewhere])[] {
  if (item.type === 'ExportDeclaration') return declaredNames(item.declaration).map((name) => [name, name])
  if (item.type !== 'ExportNamedDeclaration') return []
  return item.specifiers.flatMap((specifier): (readonly [string, string | NameElsewhere])[] => {
    if (specifier.type !== 'ExportSpecifier') return []
    const name = specifier.orig.value
    const source = item.source as typeof item.source | null | undefined
    return [[specifier.exported?.value ?? name, source ? { from: source.value, name } : name]]
  })
}

function declaredNames(item: ModuleItem | Declaration): readonly string[] {
  switch (item.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [item.identifier.value]
    case 'TsInterfaceDeclaration':
    case 'TsTypeAliasDeclaration':
      return [item.id.value]
    case 'VariableDeclaration':
      return item.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.value] : []))
    default:
      return []
  }
}
