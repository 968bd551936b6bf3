import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

import { OptionPlace } from '../options/option-place.ts'
import { decodeBase64url } from './base64url.ts'
import type { KeyRing } from './key-ring.ts'
import { readPurpose } from './purpose.ts'

/** Signs texts so that they can be known again without being kept. */
export interface Mac {
  /**
   * The signature of a text by the current key: `<key id>.<base64url>`.
   * @throws UnavailableError when no key of the ring is in force
   */
  sign(text: string): string
  /** Whether a key in force signed the text. In a time that tells nothing of the right signature. */
  verify(text: string, mac: string): boolean
}

/**
 * HMAC-SHA-256 with the keys of a ring.
 * @param purpose what the signature is for, such as `'cross-site token'`; each purpose has keys of its own
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID` for a purpose that is none
 * @example
 * const links = mac(keyRing([{ id: '2026-08', secret }]), 'download link')
 * const signature = links.sign(path)
 * if (!links.verify(path, signature)) return deny(problem('not-found'))
 */
export function mac(ring: KeyRing, purpose: string): Mac {
  readPurpose(purpose, new OptionPlace('mac()', 'purpose'))
  const keys = ring.derive(`mac ${purpose}`)
  return Object.freeze<Mac>({
    sign(text) {
      const { id, key } = keys.current()
      return `${id}.${digest(key, text).toString('base64url')}`
    },
    verify(text, signature) {
      if (typeof signature !== 'string' || typeof text !== 'string') return false
      const dot = signature.indexOf('.')
      const key = keys.find(signature.slice(0, Math.max(dot, 0)))
      const given = key && decodeBase64url(signature.slice(dot + 1))
      return given?.length === 32 && timingSafeEqual(digest(key!, text), given)
    },
  })
}

/** Over UTF-16: UTF-8 has the same bytes for every half of a surrogate pair, and two texts would sign alike. */
function digest(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf16le').digest()
}
