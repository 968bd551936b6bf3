/** What ends before its time. Times are milliseconds since the Unix epoch. */
export interface Revocation {
  /** `subject` and `client`: what was issued before `before`; `token` and `session`: by their ids. */
  readonly kind: 'token' | 'session' | 'subject' | 'client'
  readonly issuer: string
  readonly id: string
  /** Only for `subject` and `client`. */
  readonly before?: number
  /** When everything that it ends has expired anyway, so that it may be forgotten. */
  readonly until: number
}

/** Shares revocations between processes. Holds the memory version's contract as well as that of Redis and PostgreSQL. */
export interface RevocationStore {
  /** Resolves when every later `since` sees it. */
  add(revocation: Revocation): Promise<void>
  /**
   * What was added after a cursor, in the order in which it was added, and a cursor for the next time. Without a cursor
   * everything that has not been forgotten. What was added is never skipped, though it may be seen twice.
   */
  since(cursor: string | undefined): Promise<{ readonly revocations: readonly Revocation[]; readonly cursor: string }>
  /** Calls `changed` soon after something was added by any process, where the store can. Returns how to stop. */
  watch?(changed: () => void): () => void
  /** Ends all watching, for good, where that holds a connection or a timer. What it was given stays open. */
  close?(): Promise<void>
}
