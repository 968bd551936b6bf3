/** What a session remembers of who logged in. Times are milliseconds since the Unix epoch. */
export interface SessionRecord {
  /** Names the session and is no secret. */
  readonly id: string
  readonly subject: string
  readonly issuer?: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly tier?: string
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly authenticatedAt: number
  /** What the principal's `claims` hold; JSON. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The end, however often it is used. */
  readonly expiresAt: number
  /** To a quarter of the idle time. */
  readonly seenAt: number
}

/** Keeps sessions by the hash of their secret. */
export interface SessionStore {
  /** `until`: when it may be forgotten. */
  insert(hash: string, record: SessionRecord, until: number): Promise<void>
  find(hash: string): Promise<SessionRecord | undefined>
  /** Sets `seenAt`, where the session is still there. */
  touch(hash: string, seenAt: number, until: number): Promise<void>
  remove(hash: string): Promise<void>
  /** Ends all sessions of a subject. */
  removeSubject(subject: string): Promise<void>
}
