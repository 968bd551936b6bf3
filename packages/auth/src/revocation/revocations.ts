import { type Awaitable, type BearerPrincipal, UnavailableError } from '@ashlar/core'
import { clock, duration, having, onError, readOptions, wholeNumber } from '@ashlar/core/options'
import {
  ask,
  type Clock,
  type Closeable,
  closeable,
  type Duration,
  type ExpiringMap,
  expiringMap,
} from '@ashlar/core/time'

import { checkNews, type Revocation, type RevocationNews, type RevocationStore, revocationKey } from './revocation.ts'
import { type RevocationCommands, revocationCommands } from './revocation-commands.ts'

export interface RevocationsOptions {
  /** Shared by all processes: `memoryRevocations()`, or one on Redis or PostgreSQL. */
  readonly store: RevocationStore
  /** No decision is made on a view of the store that is older. `'50ms'` to `'60s'`. Default `'1s'`. */
  readonly staleness?: Duration
  /** How long the store may take to answer. Default `'1s'`. */
  readonly timeout?: Duration
  /** The longest life of a token: how long the revocation of a subject or a client must be kept. At most `'365d'`. Default `'1d'`. */
  readonly tokenLifetime?: Duration
  /** When so many revocations are in force at once, requests are refused with 503: to forget one would make good what it has ended. Default 1 000 000. */
  readonly maxRemembered?: number
  readonly clock?: Clock
  /** Told when the store can't be looked at behind the requests, once for each time that it is lost. Default: a warning. */
  readonly onError?: (error: unknown) => void
}

/** What a revocation is compared with. */
export type Revocable = Pick<BearerPrincipal, 'subject' | 'tokenId' | 'sessionId' | 'clientId'> & {
  readonly issuer: string
  /** The earliest time at which it may have been issued, in milliseconds since the Unix epoch; what does not say counts as issued long ago. */
  readonly issuedAt: number | undefined
}

/** Ends tokens before they expire, on every process that shares the store. `close` stops listening to the store. */
export interface Revocations extends RevocationCommands, Closeable {
  /** Changes whenever something was revoked, so that what was compared once is not compared again. */
  readonly version: number
  /** Nothing to wait for while the view is fresh. Rejects with an `UnavailableError` when the store does not answer. */
  refresh(): Awaitable<void>
  covers(token: Revocable): boolean
}

/**
 * A view of the revocations that is never older than `staleness` when a decision is made on it: it is renewed behind
 * the requests from half that age on, and a request that finds it older waits for the store. When the store does not answer
 * the request is refused with 503. The store is first asked, and listened to, when the view is first used.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`
 * @example
 * const revoked = revocations({ store: memoryRevocations() })
 * const tokens = bearer({ issuer, audience, algorithms: ['RS256'], revocations: revoked })
 * await revoked.revokeToken({ issuer, tokenId })
 */
export function revocations(options: RevocationsOptions): Revocations {
  const settings = readOptions('revocations()', options, {
    store: having<RevocationStore>(['add', 'since'], 'memoryRevocations()'),
    staleness: duration({ min: '50ms', max: '60s', fallback: '1s' }),
    timeout: duration({ max: '60s', fallback: '1s' }),
    tokenLifetime: duration({ min: '1s', max: '365d', fallback: '1d' }),
    maxRemembered: wholeNumber({ min: 1, max: 10_000_000, fallback: 1_000_000 }),
    clock,
    onError,
  })
  const view = new RevocationView({
    store: settings.store,
    clock: settings.clock,
    stalenessMs: settings.staleness,
    timeoutMs: settings.timeout,
    maxRemembered: settings.maxRemembered,
    onError: settings.onError,
  })
  const commands = revocationCommands({
    now: () => settings.clock.now(),
    lifeMs: settings.tokenLifetime,
    add: (revocation) => view.add(revocation),
  })
  return Object.freeze<Revocations>({
    ...commands,
    ...closeable(() => view.close()),
    get version() {
      return view.version
    },
    refresh: () => view.refresh(),
    covers: (token) => view.covers(token),
  })
}

interface ViewSettings {
  readonly store: RevocationStore
  readonly clock: Clock
  readonly stalenessMs: number
  readonly timeoutMs: number
  readonly maxRemembered: number
  readonly onError: (error: unknown) => void
}

const STORE = 'The store of revocations'

class RevocationView {
  version = 0
  readonly #settings: ViewSettings
  readonly #revoked: ExpiringMap<string, Revocation>
  #watching = false
  #unwatch: (() => Awaitable<void>) | undefined = undefined
  #cursor: string | undefined = undefined
  #viewedAt = Number.NEGATIVE_INFINITY
  #pending: Promise<void> | undefined = undefined
  #again = false
  #lost = false

  constructor(settings: ViewSettings) {
    this.#settings = settings
    this.#revoked = expiringMap({ max: settings.maxRemembered, clock: settings.clock, whenFull: 'refuse' })
  }

  async add(revocation: Revocation): Promise<void> {
    const { store, timeoutMs } = this.#settings
    await ask(STORE, timeoutMs, () => store.add(revocation))
    this.#learn([revocation])
  }

  async close(): Promise<void> {
    this.#watching = true
    const unwatch = this.#unwatch
    this.#unwatch = undefined
    await unwatch?.()
  }

  refresh(): Awaitable<void> {
    if (!this.#isFresh()) return this.#waitUntilFresh()
    const { clock, stalenessMs } = this.#settings
    if (clock.now() - this.#viewedAt > stalenessMs / 2) this.#look()
    return undefined
  }

  covers({ issuer, tokenId, sessionId, subject, clientId, issuedAt = 0 }: Revocable): boolean {
    if (this.#revoked.size === 0) return false
    const ends = (kind: Revocation['kind'], id: string | undefined): boolean => {
      const revocation = id === undefined ? undefined : this.#revoked.get(revocationKey(kind, issuer, id))
      return revocation !== undefined && (revocation.before === undefined || issuedAt < revocation.before)
    }
    return ends('token', tokenId) || ends('session', sessionId) || ends('subject', subject) || ends('client', clientId)
  }

  async #waitUntilFresh(): Promise<void> {
    this.#watch()
    await (this.#pending ??= this.#renew())
    // The question may have been asked long before this request came.
    if (!this.#isFresh()) await (this.#pending ??= this.#renew())
    if (!this.#isFresh()) throw new UnavailableError('The view of revocations is too old.')
  }

  #isFresh(): boolean {
    const { clock, stalenessMs } = this.#settings
    const age = clock.now() - this.#viewedAt
    return age >= 0 && age <= stalenessMs
  }

  /** Listens to the store from the first use on, where it can tell. Without, the bound on staleness holds all the same. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    const { store, onError } = this.#settings
    try {
      this.#unwatch = store.watch?.(() => this.#look())
    } catch (error) {
      onError(error)
    }
  }

  /** Renews the view without anyone waiting. When that fails for long, requests find the view too old and are refused. */
  #look(): void {
    if (this.#pending) {
      this.#again = true
      return
    }
    this.#pending = this.#renew()
    this.#pending.catch((error: unknown) => {
      if (!this.#lost) this.#settings.onError(error)
      this.#lost = true
    })
  }

  async #renew(): Promise<void> {
    const { clock } = this.#settings
    try {
      // The view is as old as the question, not as the answer.
      const askedAt = clock.now()
      // What was over by a clock that has been set back since was forgotten, so all is read again.
      if (askedAt < this.#viewedAt) this.#cursor = undefined
      const { revocations: fresh, cursor } = await this.#news()
      this.#learn(fresh)
      this.#cursor = cursor
      this.#viewedAt = askedAt
      this.#lost = false
    } finally {
      this.#pending = undefined
      if (this.#again) {
        this.#again = false
        this.#look()
      }
    }
  }

  /** Never fails at once, or `#renew` would end before it is known to be under way. */
  async #news(): Promise<RevocationNews> {
    const { store, timeoutMs } = this.#settings
    return checkNews(await ask(STORE, timeoutMs, () => store.since(this.#cursor)))
  }

  #learn(fresh: readonly Revocation[]): void {
    const now = this.#settings.clock.now()
    let changed = false
    for (const revocation of fresh) {
      const key = revocationKey(revocation.kind, revocation.issuer, revocation.id)
      const known = this.#revoked.get(key)
      // The one that ends more, and is kept longer, stands.
      const before = known?.before === undefined ? revocation.before : Math.max(known.before, revocation.before ?? 0)
      const until = Math.max(known?.until ?? 0, revocation.until)
      if (until <= now || (known && known.before === before && known.until === until)) continue
      if (!this.#revoked.set(key, { ...revocation, ...(before !== undefined && { before }), until }, until)) {
        throw new UnavailableError('Too many revocations are in force at once.')
      }
      changed = true
    }
    if (changed) this.version++
  }
}
