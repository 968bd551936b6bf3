import { onEvent } from '@ashlar/core'
import { group, listOf, number, type OptionReader, type OptionTable, text, wholeNumber } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

/** How often a permission let somebody pass. */
export interface PermissionUse {
  readonly permission: string
  readonly count: number
  /** Milliseconds since the Unix epoch. */
  readonly lastUsed: number
  /** Who used it, at most 1000 of them. */
  readonly subjects: readonly string[]
}

/** Counts until it is closed. */
export interface PermissionUseRecorder extends Closeable {
  used(): readonly PermissionUse[]
}

const PERMIT = 'permit '
const MAX_SUBJECTS = 1000

/** Uses that were written down elsewhere. */
export const permissionUses: OptionReader<readonly PermissionUse[]> = listOf(
  group({
    permission: text({ quote: true }),
    count: wholeNumber({ min: 0 }),
    lastUsed: number({ min: 0 }),
    subjects: listOf(text(), { min: 0, max: 1_000_000 }),
  } satisfies OptionTable<PermissionUse>),
  { min: 0, max: 1_000_000 },
)

/**
 * Counts from now on which permissions are used, by the events of this process.
 * @example
 * const recorder = recordPermissionUse()
 * // some weeks later
 * const review = reviewAccess(access, { holders, used: recorder.used() })
 * await recorder.close()
 */
export function recordPermissionUse(): PermissionUseRecorder {
  const uses = new Map<string, { count: number; lastUsed: number; readonly subjects: Set<string> }>()
  const stop = onEvent((event) => {
    if (event.name !== 'request_completed') return
    for (const { guard, layer, outcome } of event.decisions) {
      if (layer !== 'authorization' || outcome !== 'allow' || !guard.startsWith(PERMIT)) continue
      const permission = guard.slice(PERMIT.length)
      const use = uses.get(permission) ?? { count: 0, lastUsed: 0, subjects: new Set<string>() }
      use.count += 1
      use.lastUsed = event.time
      if (event.principal && use.subjects.size < MAX_SUBJECTS) use.subjects.add(event.principal.subject)
      uses.set(permission, use)
    }
  })
  return Object.freeze<PermissionUseRecorder>({
    used: () =>
      [...uses].map(([permission, { count, lastUsed, subjects }]) => ({
        permission,
        count,
        lastUsed,
        subjects: [...subjects],
      })),
    ...closeable(stop),
  })
}
