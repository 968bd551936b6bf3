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

/** Keeps API keys. */
export interface ApiKeyStore {
  insert(record: ApiKeyRecord): Promise<void>
  find(hash: string): Promise<ApiKeyRecord | undefined>
  /** All of a subject, also those that have ended; oldest first. */
  list(subject: string): Promise<readonly ApiKeyRecord[]>
  /** `false` when there is no such key, or it was revoked before. */
  revoke(id: string, at: number): Promise<boolean>
  /**
   * In one step: the key `id` ends at `endsAt` (or earlier, if it would), and `replacement` is there.
   * `false`, and nothing happened, when there is no such key or it has ended at `now`.
   */
  replace(id: string, endsAt: number, replacement: ApiKeyRecord, now: number): Promise<boolean>
  /** Notes when keys were last used; never sets a time back. Unknown ids are no error. */
  touch(uses: ReadonlyMap<string, number>): Promise<void>
}

/** Whether a key is good at a time. */
export function isActive({ expiresAt, revokedAt }: ApiKeyRecord, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now < expiresAt)
}
