import type { ApiKeyPrincipal, Awaitable } from '@ashlar/core'
import { type Clock, type ExpiringMap, expiringMap } from '@ashlar/core/time'

import { TokenCache } from '../bearer/token-cache.ts'
import type { Verified } from '../credential-source.ts'
import { type ApiKeyRecord, isActive } from './api-key-record.ts'

export interface KnownKeysSettings {
  readonly clock: Clock
  readonly stalenessMs: number
  /** How long a look-up may take. */
  readonly timeoutMs: number
  readonly maxRemembered: number
  /** Whether a text could be a key at all. */
  readonly reads: (key: string) => boolean
  /** Throws, or rejects with, an `UnavailableError`. */
  readonly find: (key: string) => Awaitable<ApiKeyRecord | undefined>
  readonly used: (id: string, now: number) => void
  /** Told of what went wrong where nobody waits. */
  readonly onError: (error: unknown) => void
}

interface KnownKey {
  readonly credential: string
  readonly verdict: Verified
  readonly id: string
  readonly foundAt: number
  readonly endsAt: number
  /** Whether it is looked up behind the requests, or was and could not be. */
  renewing: boolean
}

const CHARACTERS_PER_KEY = 128

/** Of keys that were revoked here as many ids are remembered; each only until no look-up of before can be believed. */
const MAX_REVOKED = 100_000

/**
 * The keys that were found. One is believed for the bound on staleness, and looked up behind the requests from half of it
 * on. A look-up that fails there is told to the operator once; the request that finds the key too old asks again.
 */
export class KnownKeys {
  readonly #settings: KnownKeysSettings
  readonly #known: TokenCache<KnownKey>
  readonly #revoked: ExpiringMap<string, true>

  constructor(settings: KnownKeysSettings) {
    this.#settings = settings
    const max = Math.max(2, settings.maxRemembered)
    this.#known = new TokenCache(max, max * CHARACTERS_PER_KEY)
    this.#revoked = expiringMap({ max: MAX_REVOKED, clock: settings.clock })
  }

  /** `undefined` for a key that is not good. At once where it is known. */
  verify(key: string): Awaitable<Verified | undefined> {
    const known = this.#known.get(key)
    if (known === undefined) return this.#settings.reads(key) ? this.#lookUp(key) : undefined
    const { clock, stalenessMs, used } = this.#settings
    const now = clock.now()
    const age = now - known.foundAt
    if (age < 0 || age > stalenessMs || now >= known.endsAt || this.#isRevoked(known.id)) {
      this.#known.delete(known)
      return this.#lookUp(key)
    }
    if (age > stalenessMs / 2 && !known.renewing) this.#renew(key, known)
    used(known.id, now)
    return known.verdict
  }

  /** From now on, so that this process needs no look-up to know. */
  revoke(id: string): void {
    const { clock, stalenessMs, timeoutMs } = this.#settings
    this.#revoked.set(id, true, clock.now() + stalenessMs + timeoutMs + 1)
  }

  #isRevoked(id: string): boolean {
    return this.#revoked.size > 0 && this.#revoked.get(id) === true
  }

  async #lookUp(key: string): Promise<Verified | undefined> {
    const { clock, stalenessMs, find, used } = this.#settings
    const foundAt = clock.now()
    const record = await find(key)
    const now = clock.now()
    if (!record || !isActive(record, now) || this.#isRevoked(record.id)) return undefined
    const verdict = verdictOf(record)
    const endsAt = record.expiresAt ?? Number.POSITIVE_INFINITY
    if (stalenessMs > 0) this.#known.set({ credential: key, verdict, id: record.id, foundAt, endsAt, renewing: false })
    used(record.id, now)
    return verdict
  }

  #renew(key: string, known: KnownKey): void {
    known.renewing = true
    this.#lookUp(key).then((verdict) => {
      if (verdict === undefined) this.#known.delete(known)
    }, this.#settings.onError)
  }
}

function verdictOf({ id, subject, roles, scopes, tier, expiresAt, claims = {} }: ApiKeyRecord): Verified {
  const principal: ApiKeyPrincipal = Object.freeze({
    kind: 'api-key',
    subject,
    keyId: id,
    roles: Object.freeze([...roles]),
    scopes: Object.freeze([...scopes]),
    tier,
    expiresAt,
    claims: Object.freeze({ ...claims }),
  })
  return Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
}
