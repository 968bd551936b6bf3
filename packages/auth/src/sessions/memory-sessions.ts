import { type Clock, systemClock } from '@ashlar/core/time'

import type { SessionRecord, SessionStore } from './session-record.ts'

/** Sessions within one process, gone when it ends. */
export function memorySessions({ clock = systemClock }: { readonly clock?: Clock } = {}): SessionStore {
  const sessions = new Map<string, { readonly record: SessionRecord; readonly until: number }>()
  let sweepAt = 1024

  function sweep(): void {
    if (sessions.size < sweepAt) return
    const now = clock.now()
    for (const [hash, { until }] of sessions) if (until <= now) sessions.delete(hash)
    sweepAt = Math.max(1024, 2 * sessions.size)
  }

  return {
    async insert(hash, record, until) {
      sweep()
      sessions.set(hash, { record: Object.freeze({ ...record }), until })
    },
    async find(hash) {
      const session = sessions.get(hash)
      return session && session.until > clock.now() ? session.record : undefined
    },
    async touch(hash, seenAt, until) {
      const session = sessions.get(hash)
      if (session) sessions.set(hash, { record: Object.freeze({ ...session.record, seenAt }), until })
    },
    async remove(hash) {
      sessions.delete(hash)
    },
    async removeSubject(subject) {
      for (const [hash, { record }] of sessions) if (record.subject === subject) sessions.delete(hash)
    },
  }
}
