import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { inTime } from '../in-time.ts'
import { type Deed, tell } from '../tell.ts'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-record.ts'
import { hashOf, isKeyText, keyLabel, makeKeyId, makeKeyText } from './key-text.ts'

export interface ApiKeysOptions {
  /** `memoryApiKeys()`, or one on Redis or PostgreSQL. */
  readonly store: ApiKeyStore
  /** What keys begin with, so that people and scanners know them: 2 to 16 of `a-z0-9`. Default `'sk'`. */
  readonly prefix?: string
  /** Keys of another environment are refused. Default `'live'`. */
  readonly environment?: string
  /** How long a key goes on after it was revoked, on another process. Milliseconds, 0 to 60 000. Default 1000. */
  readonly stalenessMs?: number
  /** How often the times of last use are written, all together. Seconds, 1 to 86 400. Default 60. */
  readonly lastUsedSeconds?: number
  /** How long the store may take to answer. Default 1000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
}

/** What a new key is good for. */
export interface ApiKeyGrant {
  readonly subject: string
  readonly name?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tier?: string
  /** JSON. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Milliseconds since the Unix epoch. Default: never. */
  readonly expiresAt?: number
}

/** A key that was just made. `key` is shown this once and can't be had again. */
export interface IssuedApiKey {
  readonly key: string
  readonly record: ApiKeyRecord
}

/** Issues and ends API keys. `apiKey()` lets callers in with them. */
export interface ApiKeys {
  issue(grant: ApiKeyGrant): Promise<IssuedApiKey>
  /**
   * Makes a key with the grants of another, which goes on for `overlapSeconds` (default a day; 0: ends at once).
   * `undefined` when there is no such key, or it has ended.
   */
  rotate(id: string, subject: string, options?: { readonly overlapSeconds?: number }): Promise<IssuedApiKey | undefined>
  /** `false` when there is no such key, or it was revoked before. */
  revoke(id: string): Promise<boolean>
  list(subject: string): Promise<readonly ApiKeyRecord[]>
  /** Writes the times of last use now; call it before the process ends. */
  flush(): Promise<void>
}

/** What `apiKey()` needs of it. */
export class ApiKeyRing implements ApiKeys {
  readonly label: string
  readonly clock: Clock
  readonly stalenessMs: number
  /** Ids of keys that were revoked here, so that this process needs no look-up to know. */
  readonly revoked: Set<string> = new Set()
  readonly #store: ApiKeyStore
  readonly #environment: string
  readonly #timeoutMs: number
  readonly #lastUsedMs: number
  #uses = new Map<string, number>()
  #flushedAt: number

  constructor(options: ApiKeysOptions) {
    const where = 'apiKeys()'
    const known = ['store', 'prefix', 'environment', 'stalenessMs', 'lastUsedSeconds', 'timeoutMs', 'clock']
    checkOptionNames(where, options, known)
    const { store, prefix = 'sk', environment = 'live', clock = systemClock } = options
    if (typeof store?.find !== 'function') {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "store" is required, such as memoryApiKeys().`)
    }
    for (const [name, value] of Object.entries({ prefix, environment })) {
      if (typeof value !== 'string' || !/^[a-z][a-z0-9]{1,15}$/.test(value)) {
        throw new ConfigurationError(
          'ERR_OPTION_INVALID',
          `${where}: "${name}" is 2 to 16 lower-case letters and digits, such as "sk" or "live".`,
        )
      }
    }
    this.#store = store
    this.#environment = environment
    this.label = keyLabel(prefix, environment)
    this.clock = clock
    this.stalenessMs = numberOption(where, 'stalenessMs', options.stalenessMs, { min: 0, max: 60_000, fallback: 1000 })
    this.#timeoutMs = numberOption(where, 'timeoutMs', options.timeoutMs, { min: 1, max: 60_000, fallback: 1000 })
    this.#lastUsedMs =
      1000 * numberOption(where, 'lastUsedSeconds', options.lastUsedSeconds, { min: 1, max: 86_400, fallback: 60 })
    this.#flushedAt = clock.now()
  }

  async issue(grant: ApiKeyGrant): Promise<IssuedApiKey> {
    checkGrant(grant)
    const { subject, roles = [], scopes = [], ...more } = grant
    const issued = this.#make({ subject, roles: [...roles], scopes: [...scopes], ...more })
    await tell(created(issued.record), () => this.#ask(this.#store.insert(issued.record)))
    return issued
  }

  async rotate(
    id: string,
    subject: string,
    options: { overlapSeconds?: number } = {},
  ): Promise<IssuedApiKey | undefined> {
    checkOptionNames('rotate()', options, ['overlapSeconds'])
    const overlap = numberOption('rotate()', 'overlapSeconds', options.overlapSeconds, {
      min: 0,
      max: 31_536_000,
      fallback: 86_400,
    })
    const old = (await this.list(subject)).find((record) => record.id === id)
    if (!old) return undefined
    const { name, roles, scopes, tier, claims, expiresAt } = old
    const now = this.clock.now()
    const issued = this.#make({
      subject,
      roles,
      scopes,
      replaces: id,
      ...(name !== undefined && { name }),
      ...(tier !== undefined && { tier }),
      ...(claims !== undefined && { claims }),
      ...(expiresAt !== undefined && { expiresAt: now + (expiresAt - old.createdAt) }),
    })
    const replaced = await tell(created(issued.record), () =>
      this.#ask(this.#store.replace(id, now + 1000 * overlap, issued.record, now)),
    )
    if (replaced && overlap === 0) this.revoked.add(id)
    return replaced ? issued : undefined
  }

  async revoke(id: string): Promise<boolean> {
    const object = { kind: 'api-key', id }
    const done = await tell({ name: 'authn_token_revoked', by: 'api keys', object }, () =>
      this.#ask(this.#store.revoke(id, this.clock.now())),
    )
    this.revoked.add(id)
    return done
  }

  list(subject: string): Promise<readonly ApiKeyRecord[]> {
    return this.#ask(this.#store.list(subject))
  }

  async flush(): Promise<void> {
    const uses = this.#uses
    this.#uses = new Map()
    this.#flushedAt = this.clock.now()
    if (uses.size === 0) return
    try {
      await this.#ask(this.#store.touch(uses))
    } catch (error) {
      // They are written with the next ones.
      for (const [id, at] of uses) if (!this.#uses.has(id)) this.#uses.set(id, at)
      throw error
    }
  }

  /** Whether a text could be a key of this ring. */
  reads(text: string): boolean {
    return isKeyText(this.label, text)
  }

  /** @throws UnavailableError */
  async find(text: string): Promise<ApiKeyRecord | undefined> {
    const record = await this.#ask(this.#store.find(hashOf(text)))
    return record?.environment === this.#environment ? record : undefined
  }

  /** Notes a use. Written to the store later, with all others. */
  used(id: string, now: number): void {
    this.#uses.set(id, now)
    if (now - this.#flushedAt >= this.#lastUsedMs) this.flush().catch(() => undefined)
  }

  #make(grant: Omit<ApiKeyRecord, 'id' | 'hash' | 'environment' | 'createdAt'>): IssuedApiKey {
    const key = makeKeyText(this.label)
    const ring = { environment: this.#environment, createdAt: this.clock.now() }
    return { key, record: Object.freeze({ id: makeKeyId(), hash: hashOf(key), ...ring, ...grant }) }
  }

  #ask<T>(pending: Promise<T>): Promise<T> {
    return inTime(pending, this.#timeoutMs, 'The store of API keys')
  }
}

/**
 * API keys: shown once, kept as hashes, ended and rotated without a restart.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function apiKeys(options: ApiKeysOptions): ApiKeys {
  return new ApiKeyRing(options)
}

function created({ id, subject, replaces }: ApiKeyRecord): Deed {
  const reason = replaces === undefined ? 'a key was issued' : 'a key was rotated'
  return { name: 'authn_token_created', by: 'api keys', reason, subject: { subject }, object: { kind: 'api-key', id } }
}

function checkGrant(grant: ApiKeyGrant): void {
  checkOptionNames('issue()', grant, ['subject', 'name', 'roles', 'scopes', 'tier', 'claims', 'expiresAt'])
  const { subject, roles = [], scopes = [], expiresAt } = grant
  const names: readonly unknown[] = [...roles, ...scopes]
  if (typeof subject !== 'string' || subject === '' || names.some((name) => typeof name !== 'string')) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'issue(): "subject", "roles" and "scopes" are texts.')
  }
  if (expiresAt !== undefined) numberOption('issue()', 'expiresAt', expiresAt, { min: 0, integer: true })
}
