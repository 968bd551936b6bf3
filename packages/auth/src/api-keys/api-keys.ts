import type { Awaitable } from '@ashlar/core'
import { clock, duration, having, onError, readOptions, text, wholeNumber } from '@ashlar/core/options'
import { ask, type Clock, type Duration } from '@ashlar/core/time'

import type { Verified } from '../credential-source.ts'
import { readArgument } from '../reading/argument.ts'
import { name } from '../reading/identity-options.ts'
import { withoutGaps } from '../reading/without-gaps.ts'
import { type Deed, tell } from '../tell.ts'
import { type ApiKeyRecord, type ApiKeyStore, checkRecord } from './api-key-record.ts'
import { type ApiKeyGrant, type Granted, grantsOf, readGrant } from './key-grant.ts'
import { hashOf, isKeyText, keyLabel, makeKeyId, makeKeyText } from './key-text.ts'
import { KnownKeys } from './known-keys.ts'
import { LastUses } from './last-uses.ts'

export interface ApiKeysOptions {
  /** `memoryApiKeys()`, or one on Redis or PostgreSQL. */
  readonly store: ApiKeyStore
  /** What keys begin with, so that people and scanners know them: 2 to 16 of `a-z0-9`. Default `'sk'`. */
  readonly prefix?: string
  /** Keys of another environment are refused. Default `'live'`. */
  readonly environment?: string
  /** How long a key goes on after it was revoked on another process. At most `'60s'`. Default `'1s'`. */
  readonly staleness?: Duration
  /** How many keys are remembered. Default 10 000. */
  readonly maxRemembered?: number
  /** How often the times of last use are written, all together. `'1s'` to `'1d'`. Default `'60s'`. */
  readonly lastUsedEvery?: Duration
  /** How long the store may take to answer. Default `'1s'`. */
  readonly timeout?: Duration
  readonly clock?: Clock
  /** Told of what fails behind the requests: a time of last use that is not written, a key that is not looked up. Default: a warning. */
  readonly onError?: (error: unknown) => void
}

/** A key that was just made. `key` is shown this once and can't be had again. */
export interface IssuedApiKey {
  readonly key: string
  readonly record: ApiKeyRecord
}

export interface RotateOptions {
  /** How long the old key goes on; `'0ms'` ends it at once. At most `'365d'`. Default `'1d'`. */
  readonly overlap?: Duration
}

/** Issues and ends API keys. `apiKey()` lets callers in with them. */
export interface ApiKeys {
  /** What all of its keys begin with: `sk_live_`. */
  readonly label: string
  /**
   * The verdict that lets a caller with this key in, `undefined` for a key that is not good. At once where it is remembered.
   * Throws, or rejects with, an `UnavailableError` when the store can't be asked.
   */
  verify(key: string): Awaitable<Verified | undefined>
  issue(grant: ApiKeyGrant): Promise<IssuedApiKey>
  /** Makes a key with the grants of another, which goes on for a while. `undefined` when there is no such key, or it has ended. */
  rotate(id: string, subject: string, options?: RotateOptions): Promise<IssuedApiKey | undefined>
  /** `false` when there is no such key, or it was revoked before. */
  revoke(id: string): Promise<boolean>
  list(subject: string): Promise<readonly ApiKeyRecord[]>
  /** Writes the times of last use now; call it before the process ends. */
  flush(): Promise<void>
}

const WORD = { pattern: /^[a-z][a-z0-9]{1,15}$/, says: '2 to 16 lower-case letters and digits, such as sk or live' }
const STORE = 'The store of API keys'
const BY = 'api keys'

/**
 * API keys: shown once, kept as hashes, ended and rotated without a restart. Each issue, rotation and end is published as an event.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const keys = apiKeys({ store: memoryApiKeys(), prefix: 'sk', environment: 'live' })
 * const { key, record } = await keys.issue({ subject: 'shop-7', scopes: ['orders:read'] })
 */
export function apiKeys(options: ApiKeysOptions): ApiKeys {
  const settings = readOptions('apiKeys()', options, {
    store: having<ApiKeyStore>(['insert', 'find', 'list', 'revoke', 'replace', 'touch'], 'memoryApiKeys()'),
    prefix: text({ ...WORD, fallback: 'sk', quote: true }),
    environment: text({ ...WORD, fallback: 'live', quote: true }),
    staleness: duration({ min: '0ms', max: '60s', fallback: '1s' }),
    maxRemembered: wholeNumber({ min: 1, max: 10_000_000, fallback: 10_000 }),
    lastUsedEvery: duration({ min: '1s', max: '1d', fallback: '60s' }),
    timeout: duration({ max: '60s', fallback: '1s' }),
    clock,
    onError,
  })
  const { store, environment, clock: time, timeout: timeoutMs } = settings
  const label = keyLabel(settings.prefix, environment)
  const inTime = <T>(question: () => Awaitable<T>): Awaitable<T> => ask(STORE, timeoutMs, question)
  const uses = new LastUses({
    clock: time,
    everyMs: settings.lastUsedEvery,
    write: async (noted) => inTime(() => store.touch(noted)),
    onError: settings.onError,
  })
  const known = new KnownKeys({
    clock: time,
    stalenessMs: settings.staleness,
    timeoutMs,
    maxRemembered: settings.maxRemembered,
    reads: (key) => isKeyText(label, key),
    find,
    used: (id, now) => uses.note(id, now),
    onError: settings.onError,
  })

  async function find(key: string): Promise<ApiKeyRecord | undefined> {
    const hash = hashOf(key)
    const answer = await inTime(() => store.find(hash))
    if (answer === undefined || answer === null) return undefined
    const record = checkRecord(answer)
    return record.environment === environment && record.hash === hash ? record : undefined
  }

  async function list(subject: string): Promise<readonly ApiKeyRecord[]> {
    readArgument('list()', 'subject', subject, name)
    return (await inTime(() => store.list(subject))).map(checkRecord)
  }

  function make(granted: Granted): IssuedApiKey {
    const key = makeKeyText(label)
    const record = { ...granted, id: makeKeyId(), hash: hashOf(key), environment, createdAt: Math.floor(time.now()) }
    return { key, record: Object.freeze(withoutGaps(record)) }
  }

  async function issue(grant: ApiKeyGrant): Promise<IssuedApiKey> {
    const issued = make(readGrant(grant))
    await tell(created(issued.record), async () => inTime(() => store.insert(issued.record)))
    return issued
  }

  async function rotate(id: string, subject: string, options?: RotateOptions): Promise<IssuedApiKey | undefined> {
    const { overlap } = readOptions('rotate()', options, {
      overlap: duration({ min: '0ms', max: '365d', fallback: '1d' }),
    })
    readArgument('rotate()', 'id', id, name)
    const all = await list(subject)
    const old = all.find((record) => record.id === id)
    if (!old) return undefined
    const now = Math.floor(time.now())
    const issued = make(grantsOf(old, all, now))
    const replace = (): Awaitable<boolean> => store.replace(id, Math.ceil(now + overlap), issued.record, now)
    const replaced = await tell(created(issued.record), async () => inTime(replace))
    if (replaced && overlap === 0) known.revoke(id)
    return replaced ? issued : undefined
  }

  async function revoke(id: string): Promise<boolean> {
    readArgument('revoke()', 'id', id, name)
    const deed: Deed = { name: 'authn_token_revoked', by: BY, object: { kind: 'api-key', id } }
    const done = await tell(deed, async () => inTime(() => store.revoke(id, Math.floor(time.now()))))
    known.revoke(id)
    return done
  }

  return Object.freeze<ApiKeys>({
    label,
    verify: (key) => known.verify(key),
    issue,
    rotate,
    revoke,
    list,
    flush: () => uses.write(),
  })
}

function created({ id, subject, replaces }: ApiKeyRecord): Deed {
  const reason = replaces === undefined ? 'a key was issued' : 'a key was rotated'
  return { name: 'authn_token_created', by: BY, reason, subject: { subject }, object: { kind: 'api-key', id } }
}
