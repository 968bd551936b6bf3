import type { Awaitable } from '@ashlar/core'

import { hasShape } from '../reading/stored.ts'

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
  insert(hash: string, record: SessionRecord, until: number): Awaitable<void>
  find(hash: string): Awaitable<SessionRecord | undefined>
  /** Sets `seenAt`, where the session is still there. */
  touch(hash: string, seenAt: number, until: number): Awaitable<void>
  remove(hash: string): Awaitable<void>
  /** Ends all sessions of a subject. */
  removeSubject(subject: string): Awaitable<void>
}

const SHAPE = {
  texts: ['id', 'subject'],
  lists: ['roles', 'scopes'],
  numbers: ['authenticatedAt', 'expiresAt', 'seenAt'],
  optionalTexts: ['issuer', 'tier', 'acr'],
  optionalLists: ['amr'],
  optionalNumbers: [],
} as const

/** Whether something is a record: what a store answered, or what an older release has put in a cookie. */
export function isSessionRecord(value: unknown): value is SessionRecord {
  return hasShape(value, SHAPE)
}
