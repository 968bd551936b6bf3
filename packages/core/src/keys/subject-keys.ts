import type { KeyObject } from 'node:crypto'

import { AshlarError } from '../errors.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { isThenable } from '../time/is-thenable.ts'
import { openBytes, sealBytes } from './aes-gcm.ts'
import { decodeBase64url } from './base64url.ts'

/**
 * The keys of data subjects. Shredding one makes all that was sealed under it unreadable, wherever copies of it are.
 * `fileSubjectKeys()` and `memorySubjectKeys()` make them.
 */
export interface SubjectKeys {
  /** What stands for the subject where anybody may read; it tells nothing without the key store. */
  pseudonym(subject: string): string
  /** The key of 32 bytes to seal with, made durable before it is handed out if it is new. */
  keyFor(pseudonym: string): Awaitable<KeyObject>
  /** The key to open with; `undefined` when there is none, or no longer. */
  find(pseudonym: string): Awaitable<KeyObject | undefined>
  /** Destroys the key. @returns whether there was one */
  shred(pseudonym: string): Promise<boolean>
}

/** A text that is readable for as long as its subject's key is there. */
export interface SubjectSealed {
  /** The pseudonym of the subject whose key it is. */
  readonly subject: string
  /** AES-256-GCM, base64url. */
  readonly data: string
}

/**
 * Seals a text under a subject's key, at once where the key is known.
 * @param subject who it is about; what is returned holds its pseudonym
 * @example
 * const keys = await fileSubjectKeys('/var/lib/app/subjects')
 * const sealed = await sealFor(keys, 'ada', JSON.stringify(address))
 * const text = await unsealFor(keys, sealed)
 * await keys.shred(keys.pseudonym('ada')) // From now on unsealFor() answers undefined.
 */
export function sealFor(keys: SubjectKeys, subject: string, text: string): Awaitable<SubjectSealed> {
  const pseudonym = keys.pseudonym(subject)
  const key = keys.keyFor(pseudonym)
  return isThenable(key) ? key.then((found) => sealWith(found, pseudonym, text)) : sealWith(key, pseudonym, text)
}

function sealWith(key: KeyObject, subject: string, text: string): SubjectSealed {
  return { subject, data: sealBytes(key, Buffer.from(text), Buffer.from(subject)).toString('base64url') }
}

/**
 * The text that was sealed; `undefined` when its key is gone.
 * @throws AshlarError `ERR_SEAL_BROKEN` when there is a key, and it does not open the text
 */
export async function unsealFor(keys: SubjectKeys, { subject, data }: SubjectSealed): Promise<string | undefined> {
  const key = await keys.find(subject)
  if (!key) return undefined
  const bytes = decodeBase64url(data)
  const plain = bytes && openBytes(key, bytes, Buffer.from(subject))
  if (plain) return plain.toString()
  throw new AshlarError(
    'ERR_SEAL_BROKEN',
    'What was sealed for a subject was changed, or its key is another one by now.',
  )
}
