import { type ApiKeyRecord, type ApiKeyStore, isActive } from './api-key-record.ts'

/** API keys within one process, gone when it ends. */
export function memoryApiKeys(): ApiKeyStore {
  const byHash = new Map<string, ApiKeyRecord>()
  const hashes = new Map<string, string>()
  const lastUsed = new Map<string, number>()

  const byId = (id: string): ApiKeyRecord | undefined => byHash.get(hashes.get(id) ?? '')
  function insert(record: ApiKeyRecord): void {
    if (byHash.has(record.hash) || hashes.has(record.id)) throw new Error('There is such a key already.')
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
