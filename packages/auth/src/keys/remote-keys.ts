import { type Awaitable, UnavailableError } from '@ashlar/core'
import { type Fetch, requestJson } from '@ashlar/core/http'

import type { Algorithm } from '@ashlar/core/keys'
import type { Clock } from '@ashlar/core/time'
import type { KeySource } from './key-source.ts'
import { chooseKey, type Jwk, type VerificationKey, verificationKeyOfJwk } from './verification-key.ts'

const MAX_KEYS = 100
/** How soon a JWKS that could not be fetched is asked for again. */
const RETRY_MS = 1000

export interface RemoteKeysSettings {
  /** Where the JWKS is; asked before each fetch. */
  readonly locate: () => Awaitable<string>
  readonly algorithms: ReadonlySet<Algorithm>
  readonly fetch: Fetch
  readonly clock: Clock
  readonly timeoutMs: number
  /** Keys older than this are fetched again while the old ones go on verifying. */
  readonly maxAgeMs: number
  /** Keys older than this are no longer used. */
  readonly staleMs: number
  /** The shortest time between two fetches that unknown keys cause. */
  readonly cooldownMs: number
}

/** The keys of a JWKS URL, with rotation: fetched when first needed, refreshed behind the requests, kept in an outage. */
export class RemoteKeys implements KeySource {
  readonly #settings: RemoteKeysSettings
  #keys: readonly VerificationKey[] = []
  #fetchedAt = Number.NEGATIVE_INFINITY
  #attemptedAt = Number.NEGATIVE_INFINITY
  #failed = false
  #pending: Promise<void> | undefined = undefined
  #next: Promise<void> | undefined = undefined

  constructor(settings: RemoteKeysSettings) {
    this.#settings = settings
  }

  find(algorithm: Algorithm, kid: string | undefined): Awaitable<VerificationKey | undefined> {
    const known = this.#known(algorithm, kid)
    if (!known) return this.#findAnew(algorithm, kid)
    if (this.#age(this.#fetchedAt) > this.#settings.maxAgeMs) this.#refreshBehind()
    return known
  }

  #known(algorithm: Algorithm, kid: string | undefined): VerificationKey | undefined {
    if (this.#age(this.#fetchedAt) > this.#settings.staleMs) this.#replace([])
    return chooseKey(this.#keys, algorithm, kid)
  }

  /** Waits for a set that was fetched after the question was asked, so that a new key is never taken for a wrong one. */
  async #findAnew(algorithm: Algorithm, kid: string | undefined): Promise<VerificationKey | undefined> {
    if (this.#failed && this.#age(this.#attemptedAt) < RETRY_MS) throw unavailable()
    await (this.#next ??= this.#afterCooldown())
    const key = this.#known(algorithm, kid)
    // The set that could not be fetched may hold the key, so this is no verdict on the token.
    if (!key && this.#failed) throw unavailable()
    return key
  }

  async #afterCooldown(): Promise<void> {
    try {
      await this.#pending
      const wait = this.#settings.cooldownMs - this.#age(this.#attemptedAt)
      if (!this.#failed && wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    } finally {
      this.#next = undefined
    }
    await this.#refresh()
  }

  #refreshBehind(): void {
    if (!this.#pending && this.#age(this.#attemptedAt) >= RETRY_MS) void this.#refresh()
  }

  /** Never rejects: what went wrong shows in `#failed`. */
  #refresh(): Promise<void> {
    return (this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined
    }))
  }

  async #fetch(): Promise<void> {
    const { locate, fetch, timeoutMs, algorithms, clock } = this.#settings
    try {
      const set = await requestJson(await locate(), { fetch, timeoutMs })
      const keys = usableKeys(set['keys'], algorithms)
      if (keys.length === 0) throw new UnavailableError('The JWKS holds no key that could be used.')
      this.#replace(keys)
      this.#fetchedAt = clock.now()
      this.#failed = false
    } catch {
      this.#failed = true
    }
    this.#attemptedAt = clock.now()
  }

  /** A key that stayed keeps its identity; one that left takes with it what it has verified. */
  #replace(keys: readonly VerificationKey[]): void {
    const before = this.#keys
    this.#keys = keys.map((key) => before.find((known) => isSameKey(known, key)) ?? key)
    for (const key of before) key.current = this.#keys.includes(key)
  }

  /** A clock that was set back makes things old rather than forever young. */
  #age(time: number): number {
    const age = this.#settings.clock.now() - time
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }
}

function usableKeys(entries: unknown, algorithms: ReadonlySet<Algorithm>): readonly VerificationKey[] {
  if (!Array.isArray(entries)) return []
  return entries
    .slice(0, MAX_KEYS)
    .filter((jwk: Jwk | null) => jwk?.kty !== 'oct')
    .map((jwk: Jwk) => verificationKeyOfJwk(jwk, algorithms))
    .filter((key) => typeof key !== 'string')
}

function isSameKey(one: VerificationKey, other: VerificationKey): boolean {
  return (
    one.kid === other.kid &&
    one.key.equals(other.key) &&
    one.algorithms.size === other.algorithms.size &&
    [...one.algorithms].every((algorithm) => other.algorithms.has(algorithm))
  )
}

function unavailable(): UnavailableError {
  return new UnavailableError('The keys that tokens are verified with could not be fetched.')
}
