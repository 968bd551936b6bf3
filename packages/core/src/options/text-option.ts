import { quoted, unquoted } from './kind-of.ts'
import type { OptionReader } from './option-reader.ts'

export interface TextRules {
  /** What the text must match as a whole or in part, as the expression says. Default: anything but an empty text. */
  readonly pattern?: RegExp
  /** The pattern in words: `'a host name such as api.example.com'`. */
  readonly says?: string
  /** The value where the option is left out. Without it the option is required. */
  readonly fallback?: string
  /** Whether a message may quote the value. Default `false`: it could be a secret. */
  readonly quote?: boolean
}

/** A text; by default any that is not empty. */
export function text({ pattern, says, fallback, quote = false }: TextRules = {}): OptionReader<string> {
  // Without g and y, which would make the expression remember where it left off.
  const expression = pattern ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')) : /./s
  const kind = says ?? (pattern ? `a text that matches ${pattern}` : 'a text that is not empty')
  return (value, at) => {
    if (value === undefined) {
      if (fallback === undefined) throw at.missing(says && `It is ${says}.`)
      return fallback
    }
    if (typeof value === 'string' && expression.test(value)) return value
    throw at.invalid(`${kind}, not ${quote ? quoted(value) : unquoted(value)}`)
  }
}
