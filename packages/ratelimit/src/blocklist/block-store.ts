import type { Awaitable } from '@ashlar/core'

/** One block in force. */
export interface BlocklistEntry {
  /** `address …`, `network …` or `principal …`. */
  readonly target: string
  /** Milliseconds since the Unix epoch; `undefined` for one that does not end. */
  readonly until: number | undefined
}

/** Where blocks are kept, so that all instances have the same. Each method is one atomic step. */
export interface BlockStore {
  /** A block of the same target is replaced. */
  put(entry: BlocklistEntry): Awaitable<void>
  remove(target: string): Awaitable<void>
  /** All that may be in force; those that have ended may be among them. */
  load(): Awaitable<readonly BlocklistEntry[]>
}

/** Blocks within one process. */
export function memoryBlocks(): BlockStore {
  const entries = new Map<string, BlocklistEntry>()
  return {
    put: (entry) => void entries.set(entry.target, entry),
    remove: (target) => void entries.delete(target),
    load: () => [...entries.values()],
  }
}
