import { createSecretKey, hkdfSync } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'

import { decodeBase64url, openBytes, sealBytes } from '@ashlar/core/keys'

/** Encrypts texts so that nobody else can read or change them; several secrets, so that they can be replaced. */
export interface Sealer {
  /** With the first secret. `context` is what the text is for; it must be the same when it is opened. */
  seal(text: string, context: string): string
  /** With any secret. `undefined` for what was not sealed with one of them for this context. */
  open(sealed: string, context: string): string | undefined
}

/**
 * AES-256-GCM with a fresh random nonce each time, keys derived from the secrets by HKDF-SHA-256.
 * @param secrets the current one first; those after it still open what they have sealed
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNSAFE`
 */
export function sealer(where: string, purpose: string, secrets: readonly (string | Uint8Array)[]): Sealer {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      `${where}: "secrets" is a list of secrets, the current one first.`,
    )
  }
  const keys = secrets.map((secret: string | Uint8Array) => {
    const isSecret = typeof secret === 'string' || secret instanceof Uint8Array
    if (!isSecret || Buffer.byteLength(secret) < 32) {
      throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: each of "secrets" has 32 bytes at least.`)
    }
    return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)))
  })
  return {
    seal: (text, context) => sealBytes(keys[0]!, Buffer.from(text), Buffer.from(context)).toString('base64url'),
    open(sealed, context) {
      const bytes = decodeBase64url(sealed)
      if (!bytes) return undefined
      for (const key of keys) {
        const text = openBytes(key, bytes, Buffer.from(context))
        if (text) return text.toString()
      }
      return undefined
    },
  }
}
