import type { HousePackage } from '../house/house-package.ts'
import type { SourceFile } from '../house/source-file.ts'
import { lastName, type SyntaxNode } from '../house/syntax-node.ts'
import type { Rule, Violation } from './rule.ts'

interface Craft {
  readonly what: string
  /** The one file that may do it, in core. */
  readonly home: string
  /** Says what a node does of it; nothing for all others. */
  marks(node: SyntaxNode, file: SourceFile): string | undefined
}

const CRAFTS: readonly Craft[] = [
  {
    what: 'AES-GCM',
    home: 'src/keys/aes-gcm.ts',
    marks: (node) => calls(node, /^create(?:Dec|C)ipheriv$/),
  },
  {
    what: 'reading and writing cookies',
    home: 'src/http/cookies.ts',
    marks: (node, file) =>
      writesCookie(node) ??
      (splitsAt(node, /^;\s*$/) && mentionsCookies(file) ? 'takes a Cookie header apart' : undefined),
  },
  {
    what: 'reading networks',
    home: 'src/http/networks.ts',
    marks: (node, file) =>
      calls(node, /^BlockList$/) ??
      (file.imports.has('isIP') && splitsAt(node, /^\/$/) ? 'takes a network in CIDR notation apart' : undefined),
  },
  {
    what: 'HTTP requests with a deadline',
    home: 'src/http/json-request.ts',
    marks: (node) => calls(node, /^fetch$/) ?? setsDeadline(node),
  },
]

export const onePlace: Rule = {
  name: 'one-place',
  because:
    'What is easy to get wrong is written once, in core, and mended once: nonces and tags, a cookie sent twice, mapped ' +
    'addresses, redirects and answers without an end.',
  check: (home) =>
    [...home.sources.values()].flatMap((file) => CRAFTS.flatMap((craft) => strayWork(craft, home, file))),
}

function strayWork({ what, home: place, marks }: Craft, home: HousePackage, file: SourceFile): readonly Violation[] {
  if (home.id === 'core' && file.path === place) return []
  return file.nodes.flatMap((node) => {
    const mark = marks(node, file)
    return mark === undefined
      ? []
      : [{ file: file.path, line: file.lineOf(node.span), says: `${mark}: ${what} is in packages/core/${place}` }]
  })
}

/** Also with `new`, and as a method. */
function calls(node: SyntaxNode, name: RegExp): string | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined
  const called = lastName(node.callee)
  return called !== undefined && name.test(called) ? `calls ${called}` : undefined
}

function setsDeadline(node: SyntaxNode): string | undefined {
  return node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    lastName(node.callee.object) === 'AbortSignal' &&
    lastName(node.callee) === 'timeout'
    ? 'calls AbortSignal.timeout'
    : undefined
}

function splitsAt(node: SyntaxNode, separator: RegExp): boolean {
  if (calls(node, /^(?:split|indexOf|lastIndexOf)$/) === undefined || node.type !== 'CallExpression') return false
  const at = node.arguments[0]?.expression
  if (at?.type === 'StringLiteral') return separator.test(at.value)
  return at?.type === 'RegExpLiteral' && separator.test(at.pattern.replaceAll(/\\s[*+]?|\\/g, ''))
}

function mentionsCookies({ nodes }: SourceFile): boolean {
  return nodes.some(
    (node) => (node.type === 'Identifier' || node.type === 'StringLiteral') && /cookie/i.test(node.value),
  )
}

function writesCookie(node: SyntaxNode): string | undefined {
  const texts = node.type === 'TemplateLiteral' ? node.quasis.map(({ raw }) => raw) : []
  if (node.type === 'StringLiteral') texts.push(node.value)
  return texts.some((text) => /;\s*(?:HttpOnly|SameSite|Max-Age)\b/i.test(text)) ? 'writes a cookie' : undefined
}
