import { optional, readOptions } from '@ashlar/core/options'

import { IDENTITY, name } from '../reading/identity-options.ts'
import { instant } from '../reading/instant.ts'
import type { ApiKeyRecord } from './api-key-record.ts'

/** What a new key is good for. */
export interface ApiKeyGrant {
  readonly subject: string
  /** For people. */
  readonly name?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tier?: string
  /** JSON. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Milliseconds since the Unix epoch. Default: never. */
  readonly expiresAt?: number
}

/** What of a record is granted, and not the ring's to say. */
export type Granted = { readonly [Name in keyof ApiKeyRecord]?: ApiKeyRecord[Name] | undefined } & Pick<
  ApiKeyRecord,
  'subject' | 'roles' | 'scopes'
>

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN` */
export function readGrant(grant: ApiKeyGrant): Granted {
  return readOptions('issue()', grant, { ...IDENTITY, name: optional(name), expiresAt: optional(instant) })
}

/** A record's grants for its successor, which lives as long as the first of them was to. */
export function grantsOf(record: ApiKeyRecord, all: readonly ApiKeyRecord[], now: number): Granted {
  const { subject, roles, scopes, name, tier, claims, id } = record
  const { expiresAt, createdAt } = lastOf(record, all)
  const life = expiresAt === undefined ? undefined : Math.ceil(now + expiresAt - createdAt)
  return { subject, roles, scopes, name, tier, claims, expiresAt: life, replaces: id }
}

/** A key that was replaced ends with the overlap, so it is its last successor that knows how long a key lives. */
function lastOf(record: ApiKeyRecord, all: readonly ApiKeyRecord[]): ApiKeyRecord {
  const others = new Set(all)
  let last = record
  for (const _ of all) {
    const next = [...others].find(({ replaces }) => replaces === last.id)
    if (!next) break
    others.delete(next)
    last = next
  }
  return last
}
