import { type Awaitable, type EventName, publishEvent, UnavailableError } from '@ashlar/core'
import { ask, type Clock, isThenable } from '@ashlar/core/time'

import { lost } from '../lost.ts'
import type { BlocklistEntry, BlockStore } from './block-store.ts'
import type { BlocksInForce } from './blocks-in-force.ts'

export interface StoredBlocksSettings {
  readonly store: BlockStore
  readonly refreshMs: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

/** What was blocked or lifted here, until a reading that began after it was stored has it. */
interface Change {
  /** `undefined` for one that was lifted. */
  readonly entry: BlocklistEntry | undefined
  /** The step at which the store had taken it; `undefined` while it has not. */
  storedAt: number | undefined
  /** While the store is asked to take it; never rejects. */
  writing: Promise<void> | undefined
}

const STORE = 'The store of blocks'
const MAX_CHANGES = 10_000
/** Changes that one reading tries to store once more. */
const MAX_RETRIED = 100

/** Keeps the blocks in force as the store has them, with what was changed here and has not come back from it yet. */
export class StoredBlocks {
  readonly #settings: StoredBlocksSettings
  readonly #inForce: BlocksInForce
  readonly #changes = new Map<string, Change>()
  /** Counts readings and writings, to tell which came first. */
  #step = 0
  #readAt = 0
  #isLost = false
  #saidUnreadable = false
  #isUnderWay = false
  #isClosed = false
  #first: Promise<void> | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined

  constructor(settings: StoredBlocksSettings, inForce: BlocksInForce) {
    this.#settings = settings
    this.#inForce = inForce
  }

  /** Whether the store has been read at all. */
  get isKnown(): boolean {
    return this.#readAt > 0
  }

  /** Reads the store from now on. @returns what to wait for before the first answer; never rejects */
  begin(): Promise<void> | undefined {
    if (this.#isUnderWay) return this.#first
    this.#isUnderWay = true
    if (this.#isClosed) return undefined
    const first = this.#readQuietly()
    if (isThenable(first)) {
      this.#first = first.then(() => {
        this.#first = undefined
      })
    }
    this.#schedule()
    return this.#first
  }

  /** @throws UnavailableError at once or through its promise; what was known stays in force */
  read(): Awaitable<void> {
    const began = ++this.#step
    this.#storeAgain()
    try {
      const loaded = ask(STORE, this.#settings.timeoutMs, () => this.#settings.store.load())
      if (!isThenable(loaded)) return this.#use(loaded, began)
      return loaded.then(
        (entries) => this.#use(entries, began),
        (error) => this.#lose(error),
      )
    } catch (error) {
      this.#lose(error)
    }
  }

  /**
   * Stores a change, which holds here in any case. What could not be stored is tried again with each reading.
   * @throws UnavailableError
   */
  async change(target: string, entry: BlocklistEntry | undefined): Promise<void> {
    const before = this.#changes.get(target)
    const change: Change = { entry, storedAt: undefined, writing: undefined }
    this.#changes.delete(target)
    for (const oldest of this.#changes.keys()) {
      if (this.#changes.size < MAX_CHANGES) break
      this.#changes.delete(oldest)
    }
    // Before anything is read, so that no reading undoes it.
    this.#changes.set(target, change)
    const writing = this.#write(target, change, before?.writing)
    this.begin()
    try {
      await writing
    } catch (error) {
      this.#lose(error)
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** @param before the change of this target that is being written: one after the other, or a block would outlive its lifting */
  #write(target: string, change: Change, before?: Promise<void>): Promise<void> {
    const { store, timeoutMs } = this.#settings
    const { entry } = change
    const writing = (async () => {
      await before
      await ask(STORE, timeoutMs, () => (entry ? store.put(entry) : store.remove(target)))
      change.storedAt = ++this.#step
    })()
    const done = (): void => {
      change.writing = undefined
    }
    change.writing = writing.then(done, done)
    return writing
  }

  #storeAgain(): void {
    let tried = 0
    for (const [target, change] of this.#changes) {
      if (change.storedAt !== undefined || change.writing) continue
      if (tried++ >= MAX_RETRIED) break
      // That the store is lost is told by the reading that follows.
      this.#write(target, change).catch(() => {})
    }
  }

  /** One after the other, so that a slow store is not asked twice at a time. */
  #schedule(): void {
    this.#timer = setTimeout(() => {
      const read = this.#readQuietly()
      if (isThenable(read)) read.then(() => this.#isClosed || this.#schedule())
      else this.#schedule()
    }, this.#settings.refreshMs)
    this.#timer.unref()
  }

  /** What it fails with has been told. */
  #readQuietly(): Awaitable<void> {
    try {
      const read = this.read()
      return isThenable(read) ? read.catch(() => {}) : undefined
    } catch {
      return undefined
    }
  }

  /** A reading that began before another one which has ended says nothing new. */
  #use(loaded: unknown, began: number): void {
    if (began < this.#readAt) return
    const { entries, unreadable } = readEntries(loaded, this.#lose)
    this.#readAt = began
    this.#inForce.replace(entries)
    const now = this.#settings.clock.now()
    for (const [target, { entry, storedAt }] of this.#changes) {
      const hasEnded = entry?.until !== undefined && entry.until <= now
      if (hasEnded || (storedAt !== undefined && storedAt < began)) this.#changes.delete(target)
      else if (entry) this.#inForce.add(entry)
      else this.#inForce.remove(target)
    }
    if (unreadable > 0 && !this.#saidUnreadable) {
      this.#settings.onError(new UnavailableError(`${STORE} holds ${unreadable} entries that are no blocks.`))
    }
    this.#saidUnreadable = unreadable > 0
    if (this.#isLost) tellOfStore('rate_limit_store_restored', 'success', 'the store of blocks answers again')
    this.#isLost = false
  }

  readonly #lose = (error: unknown): never => {
    if (!this.#isLost) {
      this.#isLost = true
      tellOfStore('rate_limit_store_lost', 'failure', 'the store of blocks is lost: what was known stays in force')
      this.#settings.onError(lost(`${STORE} is lost, and what was known stays in force`, error))
    }
    throw error
  }
}

function tellOfStore(name: EventName, outcome: 'success' | 'failure', reason: string): void {
  publishEvent({ name, by: 'blocklist', outcome, reason })
}

/** What says of a block when it ends but can't be read counts as one that does not end. */
function readEntries(
  loaded: unknown,
  lose: (error: unknown) => never,
): { readonly entries: readonly BlocklistEntry[]; readonly unreadable: number } {
  if (!Array.isArray(loaded)) return lose(new UnavailableError(`${STORE} answered what is no list.`))
  let unreadable = 0
  const entries: BlocklistEntry[] = []
  for (const entry of loaded as readonly Partial<BlocklistEntry | null>[]) {
    const { target, until } = entry ?? {}
    const ends = until === undefined || Number.isFinite(until)
    const isTarget = typeof target === 'string' && /^(?:address|network|principal) ./s.test(target)
    if (!isTarget || !ends) unreadable++
    if (isTarget) entries.push({ target, until: ends ? until : undefined })
  }
  return { entries, unreadable }
}
