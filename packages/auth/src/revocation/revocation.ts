import { type Awaitable, principalKey, UnavailableError } from '@ashlar/core'

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
  add(revocation: Revocation): Awaitable<void>
  /**
   * What was added after a cursor, in the order in which it was added, and a cursor for the next time. Without a cursor
   * everything that has not been forgotten. What was added is never skipped, though it may be seen twice.
   */
  since(cursor: string | undefined): Awaitable<RevocationNews>
  /** Calls `changed` soon after something was added by any process, where the store can. Returns how to stop. */
  watch?(changed: () => void): () => void
  /** Ends all watching, for good, where that holds a connection or a timer. What it was given stays open. */
  close?(): Promise<void>
}

/** One text for what a revocation ends, and for nothing else. */
export function revocationKey(kind: Revocation['kind'], issuer: string, id: string): string {
  return `${kind} ${principalKey({ issuer, subject: id })}`
}

/** What a store answers to `since`. */
export interface RevocationNews {
  readonly revocations: readonly Revocation[]
  readonly cursor: string
}

/** @throws UnavailableError for what a store answered that is none: what it was to end would go on */
export function checkNews(answer: unknown): RevocationNews {
  const { revocations, cursor } = Object(answer) as { readonly [Name in keyof RevocationNews]: unknown }
  if (Array.isArray(revocations) && typeof cursor === 'string' && revocations.every(isRevocation)) {
    return { revocations, cursor }
  }
  throw new UnavailableError('The store of revocations answered with something that is no revocation.')
}

const KINDS: ReadonlySet<unknown> = new Set(['token', 'session', 'subject', 'client'])

function isRevocation(value: unknown): value is Revocation {
  const { kind, issuer, id, before, until } = Object(value) as { readonly [Name in keyof Revocation]: unknown }
  const isNamed = KINDS.has(kind) && typeof issuer === 'string' && typeof id === 'string'
  const isBefore = kind === 'subject' || kind === 'client' ? Number.isFinite(before) : before === undefined
  return isNamed && isBefore && Number.isFinite(until)
}
