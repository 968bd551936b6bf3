import { clock, readOptions, wholeNumber } from '@ashlar/core/options'
import { type Clock, expiringMap } from '@ashlar/core/time'

import type { SessionRecord, SessionStore } from './session-record.ts'

export interface MemorySessionsOptions {
  /** When so many are there, a new one ends the one that would end first. Default 1 000 000. */
  readonly maxRemembered?: number
  readonly clock?: Clock
}

/**
 * Sessions within one process, gone when it ends.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const keeper = sessions({ keyRing: [{ id: '2026-08', secret }], store: memorySessions() })
 */
export function memorySessions(options: MemorySessionsOptions = {}): SessionStore {
  const { maxRemembered: max, clock: time } = readOptions('memorySessions()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 10_000_000, fallback: 1_000_000 }),
    clock,
  })
  const sessions = expiringMap<string, SessionRecord>({ max, clock: time })

  return {
    async insert(hash, record, until) {
      sessions.set(hash, Object.freeze({ ...record }), until)
    },
    find: async (hash) => sessions.get(hash),
    async touch(hash, seenAt, until) {
      const record = sessions.get(hash)
      if (record) sessions.set(hash, Object.freeze({ ...record, seenAt }), until)
    },
    async remove(hash) {
      sessions.delete(hash)
    },
    async removeSubject(subject) {
      for (const [hash, record] of sessions.entries()) if (record.subject === subject) sessions.delete(hash)
    },
  }
}
