import { OptionPlace } from '../options/option-place.ts'
import { openBytes, sealBytes } from './aes-gcm.ts'
import { decodeBase64url } from './base64url.ts'
import type { KeyRing } from './key-ring.ts'
import { readContext, readPurpose } from './purpose.ts'

/** Encrypts texts so that nobody else can read or change them. */
export interface Seal {
  /**
   * With the current key. The result is safe in cookies, URLs and headers.
   * @param context what the text is for; the same must be given when it is opened
   * @throws UnavailableError when no key of the ring is in force
   */
  seal(text: string, context: string): string
  /** With the key that sealed it. `undefined` for what no key in force has sealed for this context. */
  open(sealed: string, context: string): string | undefined
}

/** How the text was written: in UTF-8, but for those with half a surrogate pair, which UTF-8 can't hold. */
const [UTF8, UTF16] = [0, 1]

/**
 * AES-256-GCM with a fresh random nonce each time: `<key id>.<base64url>`.
 * @param purpose what the seal is for, such as `'session cookie'`; each purpose has keys of its own
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID` for a purpose or a context that is none: they would be one
 * @example
 * const cookies = seal(keyRing([{ id: '2026-08', secret }]), 'session cookie')
 * const sealed = cookies.seal(JSON.stringify(session), '__Host-session')
 * const opened = cookies.open(sealed, '__Host-session')
 */
export function seal(ring: KeyRing, purpose: string): Seal {
  readPurpose(purpose, new OptionPlace('seal()', 'purpose'))
  const keys = ring.derive(`seal ${purpose}`)
  return Object.freeze<Seal>({
    seal(text, context) {
      readContext(context, new OptionPlace('seal()', 'context'))
      const { id, key } = keys.current()
      return `${id}.${sealBytes(key, encode(text), bound(id, context)).toString('base64url')}`
    },
    open(sealed, context) {
      if (typeof sealed !== 'string' || typeof context !== 'string') return undefined
      const dot = sealed.indexOf('.')
      const id = sealed.slice(0, Math.max(dot, 0))
      const key = keys.find(id)
      const bytes = key && decodeBase64url(sealed.slice(dot + 1))
      const plain = bytes && openBytes(key, bytes, bound(id, context))
      return plain && decode(plain)
    },
  })
}

/** An id holds no line break, and UTF-16 has its own bytes for every text. */
function bound(id: string, context: string): Buffer {
  return Buffer.from(`${id}\n${context}`, 'utf16le')
}

function encode(text: string): Buffer {
  const bytes = Buffer.from(`\0${text}`)
  if (bytes.toString('utf8', 1) === text) return bytes
  return Buffer.concat([Buffer.of(UTF16), Buffer.from(text, 'utf16le')])
}

function decode(plain: Buffer): string {
  return plain.toString(plain[0] === UTF8 ? 'utf8' : 'utf16le', 1)
}
