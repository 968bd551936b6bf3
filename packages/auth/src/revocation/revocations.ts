import { type BearerPrincipal, ConfigurationError, UnavailableError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, type Closeable, closeable, systemClock } from '@ashlar/core/time'

import { inTime } from '../in-time.ts'
import { type Deed, tell } from '../tell.ts'
import type { Revocation, RevocationStore } from './revocation.ts'

export interface RevocationsOptions {
  /** Shared by all processes: `memoryRevocations()`, or one on Redis or PostgreSQL. */
  readonly store: RevocationStore
  /** No decision is made on a view of the store that is older. Milliseconds, 50 to 60 000. Default 1000. */
  readonly stalenessMs?: number
  /** How long the store may take to answer. Default 1000. */
  readonly timeoutMs?: number
  /** The longest life of a token: how long the revocation of a subject or a client must be kept. Seconds. Default 86 400. */
  readonly maxTokenSeconds?: number
  readonly clock?: Clock
}

/** What a revocation is compared with. */
export type Revocable = Pick<BearerPrincipal, 'subject' | 'tokenId' | 'sessionId' | 'clientId'> & {
  readonly issuer: string
  /** Milliseconds since the Unix epoch; what does not say when it was issued counts as issued long ago. */
  readonly issuedAt: number | undefined
}

/** Ends tokens before they expire, on every process that shares the store. Closed, it listens to the store no more. */
export interface Revocations extends Closeable {
  /** Ends one token. `expiresAt`: when it ends anyway. */
  revokeToken(token: { readonly issuer: string; readonly tokenId: string; readonly expiresAt?: number }): Promise<void>
  /** Ends every token of a session (`sid`). */
  revokeSession(session: { readonly issuer: string; readonly sessionId: string }): Promise<void>
  /** Ends everything issued to a subject before a time; default now. */
  revokeSubject(subject: { readonly issuer: string; readonly subject: string; readonly before?: number }): Promise<void>
  /** Ends everything issued to a client before a time; default now. */
  revokeClient(client: { readonly issuer: string; readonly clientId: string; readonly before?: number }): Promise<void>
  /** Changes whenever something was revoked, so that what was compared once is not compared again. */
  readonly version: number
  /** Nothing to wait for while the view is fresh. Rejects with an `UnavailableError` when the store does not answer. */
  refresh(): Promise<void> | undefined
  covers(token: Revocable): boolean
}

/**
 * A view of the revocations that is never older than `stalenessMs` when a decision is made on it: it is renewed behind
 * the requests from half that age on, and a request that finds it older waits for the store. When the store does not answer
 * the request is refused with 503.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`
 */
export function revocations(options: RevocationsOptions): Revocations {
  return new RevocationView(options)
}

const STORE = 'The store of revocations'
const OPTIONS = ['store', 'stalenessMs', 'timeoutMs', 'maxTokenSeconds', 'clock']

class RevocationView implements Revocations {
  declare readonly close: Closeable['close']
  declare readonly [Symbol.asyncDispose]: Closeable['close']
  version = 0
  readonly #store: RevocationStore
  readonly #clock: Clock
  readonly #stalenessMs: number
  readonly #timeoutMs: number
  readonly #lifeMs: number
  /** By kind, issuer and id. */
  readonly #revoked = new Map<string, Revocation>()
  #cursor: string | undefined = undefined
  #viewedAt = Number.NEGATIVE_INFINITY
  #pending: Promise<void> | undefined = undefined
  #again = false
  #sweepAt = 1024

  constructor(options: RevocationsOptions) {
    const where = 'revocations()'
    checkOptionNames(where, options, OPTIONS)
    const { store, clock = systemClock } = options
    if (typeof store?.since !== 'function') {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "store" is required, such as memoryRevocations().`)
    }
    this.#store = store
    this.#clock = clock
    this.#stalenessMs = numberOption(where, 'stalenessMs', options.stalenessMs, {
      min: 50,
      max: 60_000,
      fallback: 1000,
    })
    this.#timeoutMs = numberOption(where, 'timeoutMs', options.timeoutMs, { min: 1, max: 60_000, fallback: 1000 })
    this.#lifeMs =
      1000 *
      numberOption(where, 'maxTokenSeconds', options.maxTokenSeconds, { min: 1, max: 31_536_000, fallback: 86_400 })
    const unwatch = store.watch?.(() => this.#look())
    Object.assign(
      this,
      closeable(() => unwatch?.()),
    )
  }

  revokeToken({ issuer, tokenId, expiresAt }: { issuer: string; tokenId: string; expiresAt?: number }): Promise<void> {
    return this.#add({ kind: 'token', issuer, id: tokenId, until: expiresAt ?? this.#clock.now() + this.#lifeMs })
  }

  revokeSession({ issuer, sessionId }: { issuer: string; sessionId: string }): Promise<void> {
    return this.#add({ kind: 'session', issuer, id: sessionId, until: this.#clock.now() + this.#lifeMs })
  }

  revokeSubject({ issuer, subject, before }: { issuer: string; subject: string; before?: number }): Promise<void> {
    return this.#addBefore('subject', issuer, subject, before)
  }

  revokeClient({ issuer, clientId, before }: { issuer: string; clientId: string; before?: number }): Promise<void> {
    return this.#addBefore('client', issuer, clientId, before)
  }

  refresh(): Promise<void> | undefined {
    if (!this.#isFresh()) return this.#waitUntilFresh()
    if (this.#clock.now() - this.#viewedAt > this.#stalenessMs / 2) this.#look()
    return undefined
  }

  covers({ issuer, tokenId, sessionId, subject, clientId, issuedAt = 0 }: Revocable): boolean {
    if (this.#revoked.size === 0) return false
    const ends = (kind: Revocation['kind'], id: string | undefined): boolean => {
      const revocation = id === undefined ? undefined : this.#revoked.get(keyOf(kind, issuer, id))
      return revocation !== undefined && (revocation.before === undefined || issuedAt < revocation.before)
    }
    return ends('token', tokenId) || ends('session', sessionId) || ends('subject', subject) || ends('client', clientId)
  }

  #addBefore(kind: 'subject' | 'client', issuer: string, id: string, before = this.#clock.now()): Promise<void> {
    return this.#add({ kind, issuer, id, before, until: before + this.#lifeMs })
  }

  async #add(revocation: Revocation): Promise<void> {
    await tell(deedOf(revocation), () => inTime(this.#store.add(revocation), this.#timeoutMs, STORE))
    this.#learn([revocation])
  }

  async #waitUntilFresh(): Promise<void> {
    await (this.#pending ??= this.#renew())
    // The question may have been asked long before this request came.
    if (!this.#isFresh()) await (this.#pending ??= this.#renew())
    if (!this.#isFresh()) throw new UnavailableError('The view of revocations is too old.')
  }

  #isFresh(): boolean {
    const age = this.#clock.now() - this.#viewedAt
    return age >= 0 && age <= this.#stalenessMs
  }

  /** Renews the view without anyone waiting; what goes wrong shows when it is too old. */
  #look(): void {
    if (this.#pending) {
      this.#again = true
      return
    }
    this.#pending = this.#renew()
    this.#pending.catch(() => undefined)
  }

  async #renew(): Promise<void> {
    try {
      // The view is as old as the question, not as the answer.
      const askedAt = this.#clock.now()
      const { revocations: fresh, cursor } = await inTime(this.#store.since(this.#cursor), this.#timeoutMs, STORE)
      this.#learn(fresh)
      this.#cursor = cursor
      this.#viewedAt = askedAt
    } finally {
      this.#pending = undefined
      if (this.#again) {
        this.#again = false
        this.#look()
      }
    }
  }

  #learn(fresh: readonly Revocation[]): void {
    let changed = false
    for (const revocation of fresh) {
      const key = keyOf(revocation.kind, revocation.issuer, revocation.id)
      const known = this.#revoked.get(key)
      // The one that ends more, and is kept longer, stands.
      const before = known?.before === undefined ? revocation.before : Math.max(known.before, revocation.before ?? 0)
      const until = Math.max(known?.until ?? 0, revocation.until)
      if (known && known.before === before && known.until === until) continue
      this.#revoked.set(key, { ...revocation, ...(before !== undefined && { before }), until })
      changed = true
    }
    if (changed) this.version++
    this.#sweep()
  }

  #sweep(): void {
    if (this.#revoked.size < this.#sweepAt) return
    const now = this.#clock.now()
    for (const [key, { until }] of this.#revoked) if (until <= now) this.#revoked.delete(key)
    this.#sweepAt = Math.max(1024, 2 * this.#revoked.size)
  }
}

const REASONS: Readonly<Record<Revocation['kind'], string>> = {
  token: 'one token',
  session: 'all tokens of a session',
  subject: 'all that was issued to a subject before a time',
  client: 'all that was issued to a client before a time',
}

function deedOf({ kind, issuer, id }: Revocation): Deed {
  const what = kind === 'subject' ? { subject: { subject: id, issuer } } : { object: { kind, id } }
  return { name: 'authn_token_revoked', by: 'revocations', reason: REASONS[kind], ...what }
}

function keyOf(kind: Revocation['kind'], issuer: string, id: string): string {
  return `${kind}\n${issuer}\n${id}`
}
