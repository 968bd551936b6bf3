import { type Clock, systemClock } from '@ashlar/core/time'

import type { Revocation, RevocationStore } from './revocation.ts'

/** Revocations within one process. */
export function memoryRevocations({ clock = systemClock }: { readonly clock?: Clock } = {}): RevocationStore {
  let entries: { readonly position: number; readonly revocation: Revocation }[] = []
  let position = 0
  const watchers = new Set<() => void>()
  return {
    async add(revocation) {
      const now = clock.now()
      entries = entries.filter((entry) => entry.revocation.until > now)
      entries.push({ position: ++position, revocation: Object.freeze({ ...revocation }) })
      for (const changed of watchers) changed()
    },
    async since(cursor) {
      const after = cursor === undefined ? 0 : Number(cursor)
      const fresh = entries.filter((entry) => entry.position > after && entry.revocation.until > clock.now())
      return { revocations: fresh.map(({ revocation }) => revocation), cursor: String(position) }
    },
    watch(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}
