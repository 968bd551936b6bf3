const ALPHABET = /^[A-Za-z0-9_-]*$/
/** The last characters whose unused bits are zero, by the number of characters in the last group (RFC 4648 §3.5). */
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

/**
 * The bytes of unpadded base64url, `undefined` for any other spelling. Decoders accept several spellings of the same
 * bytes; only the canonical one is accepted here, so that two texts are never one token.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const rest = text.length % 4
  if (rest === 1 || !ALPHABET.test(text)) return undefined
  const last = text.charAt(text.length - 1)
  if (rest === 2 && !LAST_OF_TWO.includes(last)) return undefined
  if (rest === 3 && !LAST_OF_THREE.includes(last)) return undefined
  return Buffer.from(text, 'base64url')
}
