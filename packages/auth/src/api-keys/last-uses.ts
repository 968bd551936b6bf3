import type { Clock } from '@ashlar/core/time'

export interface LastUsesSettings {
  readonly clock: Clock
  /** How often they are written. */
  readonly everyMs: number
  /** Writes them. */
  readonly write: (uses: ReadonlyMap<string, number>) => Promise<void>
  /** Told of what went wrong where nobody waits. */
  readonly onError: (error: unknown) => void
}

/** As many keys as are noted at once. What is beyond that is written with the next ones. */
const MAX_NOTED = 100_000

/** When keys were last used, written all together and not with each request. */
export class LastUses {
  readonly #settings: LastUsesSettings
  #uses = new Map<string, number>()
  #writtenAt: number

  constructor(settings: LastUsesSettings) {
    this.#settings = settings
    this.#writtenAt = settings.clock.now()
  }

  note(id: string, now: number): void {
    if (this.#uses.size < MAX_NOTED || this.#uses.has(id)) this.#uses.set(id, now)
    const age = now - this.#writtenAt
    // A clock that was set back would write nothing for as long.
    if (age >= this.#settings.everyMs || age < 0) this.write().catch(this.#settings.onError)
  }

  /** Writes them now. What could not be written is written with the next ones. */
  async write(): Promise<void> {
    const uses = this.#uses
    this.#uses = new Map()
    this.#writtenAt = this.#settings.clock.now()
    if (uses.size === 0) return
    try {
      await this.#settings.write(new Map([...uses].map(([id, at]) => [id, Math.floor(at)])))
    } catch (error) {
      for (const [id, at] of uses) if (this.#uses.size < MAX_NOTED && !this.#uses.has(id)) this.#uses.set(id, at)
      throw error
    }
  }
}
