import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

import { UnavailableError } from '../errors.ts'
import { wholeNumber } from '../options/number-option.ts'
import { readOptions } from '../options/read-options.ts'
import type { SubjectKeys } from './subject-keys.ts'

export interface MemorySubjectKeysOptions {
  /** How many subjects have a key at most; a further one is refused, since to drop a key is to shred it. Default 100 000. */
  readonly maxRemembered?: number
}

/**
 * Keys of data subjects that end with this process, and all that they have sealed with them: for tests, and for what is
 * kept in memory only.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function memorySubjectKeys(options: MemorySubjectKeysOptions = {}): SubjectKeys {
  const where = 'memorySubjectKeys()'
  const { maxRemembered } = readOptions(where, options, {
    maxRemembered: wholeNumber({ min: 1, fallback: 100_000 }),
  })
  const pepper = createSecretKey(randomBytes(32))
  const keys = new Map<string, KeyObject>()
  return Object.freeze<SubjectKeys>({
    pseudonym: (subject) => createHmac('sha256', pepper).update(subject).digest('base64url'),
    keyFor(pseudonym) {
      const known = keys.get(pseudonym)
      if (known) return known
      if (keys.size >= maxRemembered) throw new UnavailableError(`${where} holds ${maxRemembered} keys, and no more.`)
      const key = createSecretKey(randomBytes(32))
      keys.set(pseudonym, key)
      return key
    },
    find: (pseudonym) => keys.get(pseudonym),
    shred: async (pseudonym) => keys.delete(pseudonym),
  })
}
