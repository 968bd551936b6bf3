import { type Awaitable, UnavailableError } from '@ashlar/core'
import { clock as clockOption, readOptions, wholeNumber } from '@ashlar/core/options'
import { type Clock, expiringMap } from '@ashlar/core/time'

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

export interface MemoryBlocksOptions {
  /** Blocks at a time, from 1 to 1e7; further ones fail. Default 100 000. */
  readonly maxRemembered?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/**
 * Blocks within one process, for several lists that are to have the same, as in a test.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const store = memoryBlocks()
 * const [here, there] = [blocklist({ store }), blocklist({ store })]
 */
export function memoryBlocks(options: MemoryBlocksOptions = {}): BlockStore {
  const { maxRemembered, clock } = readOptions('memoryBlocks()', options, {
    maxRemembered: wholeNumber({ min: 1, max: 1e7, fallback: 100_000 }),
    clock: clockOption,
  })
  const entries = expiringMap<string, BlocklistEntry>({ max: maxRemembered, clock, whenFull: 'refuse' })
  return {
    put(entry) {
      const until = entry.until ?? Number.POSITIVE_INFINITY
      if (entries.set(entry.target, entry, until) || until <= clock.now()) return
      throw new UnavailableError('Too many blocks are remembered.')
    },
    remove: (target) => void entries.delete(target),
    load: () => Array.from(entries.entries(), ([, entry]) => entry),
  }
}
