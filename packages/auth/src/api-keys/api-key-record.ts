import type { Awaitable } from '@ashlar/core'

import { hasShape, junk } from '../reading/stored.ts'

/** An API key as it is stored. Times are milliseconds since the Unix epoch. The key itself is in it only as a hash. */
export interface ApiKeyRecord {
  readonly id: string
  /** SHA-256 of the key, base64url. */
  readonly hash: string
  readonly environment: string
  /** Whom the caller is with it. */
  readonly subject: string
  /** For people. */
  readonly name?: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** The tier that rate limits go by. */
  readonly tier?: string
  /** What the principal's `claims` hold; JSON. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly expiresAt?: number
  readonly revokedAt?: number
  /** To the minute or so. Only in what `list` answers. */
  readonly lastUsedAt?: number
  /** The key that this one was made to replace. */
  readonly replaces?: string
}

/** Keeps API keys. What it throws and what it rejects with is one: the store can't be asked, and the request is refused with 503. */
export interface ApiKeyStore {
  insert(record: ApiKeyRecord): Awaitable<void>
  find(hash: string): Awaitable<ApiKeyRecord | undefined>
  /** All of a subject, also those that have ended; oldest first. */
  list(subject: string): Awaitable<readonly ApiKeyRecord[]>
  /** `false` when there is no such key, or it was revoked before. */
  revoke(id: string, at: number): Awaitable<boolean>
  /**
   * In one step: the key `id` ends at `endsAt` (or earlier, if it would), and `replacement` is there.
   * `false`, and nothing happened, when there is no such key or it has ended at `now`.
   */
  replace(id: string, endsAt: number, replacement: ApiKeyRecord, now: number): Awaitable<boolean>
  /** Notes when keys were last used; never sets a time back. Unknown ids are no error. */
  touch(uses: ReadonlyMap<string, number>): Awaitable<void>
}

/** Whether a key is good at a time. */
export function isActive({ expiresAt, revokedAt }: ApiKeyRecord, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now < expiresAt)
}

const SHAPE = {
  texts: ['id', 'hash', 'environment', 'subject'],
  lists: ['roles', 'scopes'],
  numbers: ['createdAt'],
  optionalTexts: ['name', 'tier', 'replaces'],
  optionalLists: [],
  optionalNumbers: ['expiresAt', 'revokedAt', 'lastUsedAt'],
} as const

/** @throws UnavailableError for what a store answered that is no record */
export function checkRecord(record: unknown): ApiKeyRecord {
  if (!hasShape(record, SHAPE)) throw junk('The store of API keys')
  return record as ApiKeyRecord
}
