import { decodeBase64url } from '@ashlar/core/keys'
import { parseStrictObject } from './strict-json.ts'

/** A JWT in compact serialization, taken apart. Nothing in it has been verified. */
export interface CompactToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly signature: Buffer
  /** What the signature is over. */
  readonly signed: string
}

/** `undefined` for what is no JWT, or is one in a spelling that two readers could read differently. */
export function parseCompactToken(token: string): CompactToken | undefined {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < 0) return undefined
  const header = decodeObject(token.slice(0, first))
  if (!header) return undefined
  const signature = decodeBase64url(token.slice(second + 1))
  if (!signature || signature.length === 0) return undefined
  const claims = decodeObject(token.slice(first + 1, second))
  if (!claims) return undefined
  return { header, claims, signature, signed: token.slice(0, second) }
}

function decodeObject(text: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(text)
  return bytes && parseStrictObject(bytes)
}
