import { optional, readOptions } from '@ashlar/core/options'

import { name } from '../reading/identity-options.ts'
import { instant } from '../reading/instant.ts'
import { type Deed, tell } from '../tell.ts'
import type { Revocation } from './revocation.ts'

/** Ends tokens before they expire. Each command resolves when the store has it, and is published as an event. */
export interface RevocationCommands {
  /** Ends one token. `expiresAt`: when it ends anyway, in milliseconds since the Unix epoch. */
  revokeToken(token: { readonly issuer: string; readonly tokenId: string; readonly expiresAt?: number }): Promise<void>
  /** Ends every token of a session (`sid`). */
  revokeSession(session: { readonly issuer: string; readonly sessionId: string }): Promise<void>
  /** Ends everything issued to a subject before a time in milliseconds since the Unix epoch; default now. */
  revokeSubject(subject: { readonly issuer: string; readonly subject: string; readonly before?: number }): Promise<void>
  /** Ends everything issued to a client before a time in milliseconds since the Unix epoch; default now. */
  revokeClient(client: { readonly issuer: string; readonly clientId: string; readonly before?: number }): Promise<void>
}

export interface CommandSettings {
  readonly now: () => number
  /** How long a token lives at most. */
  readonly lifeMs: number
  readonly add: (revocation: Revocation) => Promise<void>
}

/** The most that `clockTolerance` can be: a token may be good for so long after it has expired. */
const LONGEST_TOLERANCE_MS = 300_000

/** @throws ConfigurationError (each rejects with one) for what would end nothing */
export function revocationCommands({ now, lifeMs, add }: CommandSettings): RevocationCommands {
  const end = (revocation: Omit<Revocation, 'until'>, last: number): Promise<void> =>
    tell(deedOf(revocation), () => add({ ...revocation, until: Math.ceil(last + LONGEST_TOLERANCE_MS) }))

  return {
    async revokeToken(token) {
      const {
        issuer,
        tokenId: id,
        expiresAt,
      } = readOptions('revokeToken()', token, {
        ...{ issuer: name, tokenId: name, expiresAt: optional(instant) },
      })
      await end({ kind: 'token', issuer, id }, expiresAt ?? now() + lifeMs)
    },
    async revokeSession(session) {
      const { issuer, sessionId: id } = readOptions('revokeSession()', session, { issuer: name, sessionId: name })
      await end({ kind: 'session', issuer, id }, now() + lifeMs)
    },
    async revokeSubject(whose) {
      const {
        issuer,
        subject,
        before = Math.ceil(now()),
      } = readOptions('revokeSubject()', whose, {
        ...{ issuer: name, subject: name, before: optional(instant) },
      })
      await end({ kind: 'subject', issuer, id: subject, before }, before + lifeMs)
    },
    async revokeClient(client) {
      const {
        issuer,
        clientId: id,
        before = Math.ceil(now()),
      } = readOptions('revokeClient()', client, {
        ...{ issuer: name, clientId: name, before: optional(instant) },
      })
      await end({ kind: 'client', issuer, id, before }, before + lifeMs)
    },
  }
}

const REASONS: Readonly<Record<Revocation['kind'], string>> = {
  token: 'one token',
  session: 'all tokens of a session',
  subject: 'all that was issued to a subject before a time',
  client: 'all that was issued to a client before a time',
}

function deedOf({ kind, issuer, id }: Omit<Revocation, 'until'>): Deed {
  const what = kind === 'subject' ? { subject: { subject: id, issuer } } : { object: { kind, id } }
  return { name: 'authn_token_revoked', by: 'revocations', reason: REASONS[kind], ...what }
}
