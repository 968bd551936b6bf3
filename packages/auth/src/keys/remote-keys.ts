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
  /** How much longer than that keys are used when they can't be fetched. */
  readonly staleMs: number
  /** The shortest time between two fetches that unknown keys cause. */
  readonly cooldownMs: number
  /** Told when a fetch behind the requests fails, once for each time that the keys can't be fetched. */
  readonly onError: (error: unknown) => void
}

/** The keys of a JWKS URL, with rotation: fetched when first needed, refreshed behind the requests, kept in an outage. */
export class RemoteKeys implements KeySource {
  readonly #settings: RemoteKeysSettings
  #keys: readonly VerificationKey[] = []
  #fetchedAt = Number.NEGATIVE_INFINITY
  #attemptedAt = Number.NEGATIVE_INFINITY
  /** Why the last fetch failed; nothing when it did not. */
  #failure: unknown = undefined
  #told = false
  #pending: Promise<void> | undefined = undefined
  #next: Promise<void> | undefined = undefined

  constructor(settings: RemoteKeysSettings) {
    this.#settings = settings
  }

  find(algorithm: Algorithm, kid: string | undefined): Awaitable<VerificationKey | undefined> {
    const known = this.#known(algorithm, kid)
    if (!known) return this.#findAnew(algorithm, kid)
    if (this.#ageOfKeys() >= this.#settings.maxAgeMs) this.#refreshBehind()
    return known
  }

  #known(algorithm: Algorithm, kid: string | undefined): VerificationKey | undefined {
    const { maxAgeMs, staleMs } = this.#settings
    if (this.#ageOfKeys() > maxAgeMs + staleMs) this.#replace([])
    return chooseKey(this.#keys, algorithm, kid)
  }

  /** Waits for a set that was fetched after the question was asked, so that a new key is never taken for a wrong one. */
  async #findAnew(algorithm: Algorithm, kid: string | undefined): Promise<VerificationKey | undefined> {
    if (this.#failure && this.#age(this.#attemptedAt) < RETRY_MS) throw unavailable(this.#failure)
    await (this.#next ??= this.#afterCooldown())
    const key = this.#known(algorithm, kid)
    // The set that could not be fetched may hold the key, so this is no verdict on the token.
    if (!key && this.#failure) throw unavailable(this.#failure)
    return key
  }

  async #afterCooldown(): Promise<void> {
    try {
      await this.#pending
      const wait = this.#settings.cooldownMs - this.#age(this.#attemptedAt)
      if (!this.#failure && wait > 0) await new Promise((resolve) => setTimeout(resolve, wait).unref())
    } finally {
      this.#next = undefined
    }
    await this.#refresh()
  }

  #refreshBehind(): void {
    if (!this.#pending && this.#age(this.#attemptedAt) >= RETRY_MS) void this.#refresh().then(() => this.#tell())
  }

  #tell(): void {
    if (!this.#failure || this.#told) return
    this.#told = true
    this.#settings.onError(unavailable(this.#failure))
  }

  /** Never rejects: what went wrong shows in `#failure`. */
  #refresh(): Promise<void> {
    return (this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined
    }))
  }

  async #fetch(): Promise<void> {
    const { locate, fetch, timeoutMs, algorithms, clock } = this.#settings
    try {
      const set = await requestJson(await locate(), { fetch, timeoutMs })
      this.#replace(usableKeys(set['keys'], algorithms))
      this.#fetchedAt = clock.now()
      this.#failure = undefined
      this.#told = false
    } catch (cause) {
      this.#failure = cause ?? new UnavailableError('The fetch failed without a reason.')
    }
    this.#attemptedAt = clock.now()
  }

  /** A key that stayed keeps its identity; one that left takes with it what it has verified. */
  #replace(keys: readonly VerificationKey[]): void {
    const before = this.#keys
    this.#keys = keys.map((key) => before.find((known) => isSameKey(known, key)) ?? key)
    for (const key of before) key.current = this.#keys.includes(key)
  }

  /**
   * By a clock that was set back nobody knows how old the keys are: they are due for a fetch, and good for as long as they are
   * in an outage. They are not thrown away, since the issuer may be out of reach just then.
   */
  #ageOfKeys(): number {
    const { clock, maxAgeMs } = this.#settings
    const now = clock.now()
    if (now < this.#fetchedAt) this.#fetchedAt = now - maxAgeMs
    return now - this.#fetchedAt
  }

  /** A clock that was set back makes an attempt one of long ago. */
  #age(time: number): number {
    const age = this.#settings.clock.now() - time
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }
}

/** @throws UnavailableError that says why, when there is none */
function usableKeys(entries: unknown, algorithms: ReadonlySet<Algorithm>): readonly VerificationKey[] {
  if (!Array.isArray(entries)) throw new UnavailableError('The JWKS holds no list of keys.')
  const read = entries
    .slice(0, MAX_KEYS)
    .map((jwk: Jwk | null) =>
      jwk?.kty === 'oct' ? 'it is a secret, and everyone can fetch it' : verificationKeyOfJwk(jwk as Jwk, algorithms),
    )
  const usable = read.filter((key) => typeof key !== 'string')
  if (usable.length > 0) return usable
  const why = [...new Set(read)].join('; ')
  throw new UnavailableError(
    `The JWKS holds ${entries.length === 0 ? 'no key' : 'no key that could be used'} for ${[...algorithms].join(', ')}${why && `: ${why}`}.`,
  )
}

function isSameKey(one: VerificationKey, other: VerificationKey): boolean {
  return (
    one.kid === other.kid &&
    one.key.equals(other.key) &&
    one.algorithms.size === other.algorithms.size &&
    [...one.algorithms].every((algorithm) => other.algorithms.has(algorithm))
  )
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('The keys that tokens are verified with could not be fetched.', { cause })
}
