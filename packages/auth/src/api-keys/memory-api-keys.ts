import { UnavailableError } from '@ashlar/core'
import { readOptions, wholeNumber } from '@ashlar/core/options'

import { type ApiKeyRecord, type ApiKeyStore, isActive } from './api-key-record.ts'

export interface MemoryApiKeysOptions {
  /** When so many keys are there, ended ones included, further ones are refused. Default 1 000 000. */
  readonly maxRemembered?: number
}

/**
 * API keys within one process, gone when it ends.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const keys = apiKeys({ store: memoryApiKeys() })
 */
export function memoryApiKeys(options: MemoryApiKeysOptions = {}): ApiKeyStore {
  const { maxRemembered } = readOptions('memoryApiKeys()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 10_000_000, fallback: 1_000_000 }),
  })
  const byHash = new Map<string, ApiKeyRecord>()
  const hashes = new Map<string, string>()
  const lastUsed = new Map<string, number>()

  const byId = (id: string): ApiKeyRecord | undefined => byHash.get(hashes.get(id) ?? '')
  function insert(record: ApiKeyRecord): void {
    if (byHash.has(record.hash) || hashes.has(record.id)) throw new Error('There is such a key already.')
    if (byHash.size >= maxRemembered) throw new UnavailableError('Too many API keys are remembered.')
    byHash.set(record.hash, Object.freeze({ ...record }))
    hashes.set(record.id, record.hash)
  }

  return {
    insert: async (record) => insert(record),
    find: async (hash) => byHash.get(hash),
    async list(subject) {
      const records = [...byHash.values()].filter((record) => record.subject === subject)
      records.sort((one, other) => one.createdAt - other.createdAt)
      return records.map((record) => {
        const lastUsedAt = lastUsed.get(record.id)
        return lastUsedAt === undefined ? record : { ...record, lastUsedAt }
      })
    },
    async revoke(id, at) {
      const record = byId(id)
      if (!record || record.revokedAt !== undefined) return false
      byHash.set(record.hash, Object.freeze({ ...record, revokedAt: at }))
      return true
    },
    async replace(id, endsAt, replacement, now) {
      const record = byId(id)
      if (!record || !isActive(record, now)) return false
      insert(replacement)
      const expiresAt = Math.min(record.expiresAt ?? Number.POSITIVE_INFINITY, endsAt)
      byHash.set(record.hash, Object.freeze({ ...record, expiresAt }))
      return true
    },
    async touch(uses) {
      for (const [id, at] of uses) if (hashes.has(id)) lastUsed.set(id, Math.max(at, lastUsed.get(id) ?? 0))
    },
  }
}
