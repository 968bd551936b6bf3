import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 190 bits. */
const RANDOM_LENGTH = 32
const CHECKSUM_LENGTH = 6

/** What stands before the random part: `sk_live_`. */
export function keyLabel(prefix: string, environment: string): string {
  return `${prefix}_${environment}_`
}

/** A new key: `sk_live_` and 32 random characters, and 6 that are their checksum. */
export function makeKeyText(label: string): string {
  const text = label + randomText(RANDOM_LENGTH)
  return text + checksumOf(text)
}

/** Whether a text could be a key at all. Tells typing errors apart without a look-up, and says nothing about a key's standing. */
export function isKeyText(label: string, text: string): boolean {
  if (text.length !== label.length + RANDOM_LENGTH + CHECKSUM_LENGTH || !text.startsWith(label)) return false
  const end = text.length - CHECKSUM_LENGTH
  return checksumOf(text.slice(0, end)) === text.slice(end)
}

/** What is stored in place of the key. A key has 190 random bits, so a fast hash is enough. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Names a key without being one. */
export function makeKeyId(): string {
  return `key_${randomText(16)}`
}

function checksumOf(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let count = 0; count < CHECKSUM_LENGTH; count++) {
    digits = ALPHABET[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** Bytes from 248 on are thrown away, so that every character is equally likely. */
function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += ALPHABET[byte % 62]
  }
  return text
}
