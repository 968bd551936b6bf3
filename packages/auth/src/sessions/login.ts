import { ConfigurationError } from '@ashlar/core'
import { listOf, optional, readOptions } from '@ashlar/core/options'

import { IDENTITY, name } from '../reading/identity-options.ts'
import { instant } from '../reading/instant.ts'
import { withoutGaps } from '../reading/without-gaps.ts'
import type { SessionRecord } from './session-record.ts'

/** Who has logged in. */
export interface Login {
  readonly subject: string
  readonly issuer?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tier?: string
  readonly acr?: string
  readonly amr?: readonly string[]
  /** Milliseconds since the Unix epoch. Default: now. */
  readonly authenticatedAt?: number
  /** JSON, and small: without a store it is all in the cookie. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN` */
export function readLogin(login: Login, now: number): Omit<SessionRecord, 'id' | 'expiresAt' | 'seenAt'> {
  const { authenticatedAt, ...read } = readOptions('login()', login, {
    ...IDENTITY,
    issuer: optional(name),
    acr: optional(name),
    amr: optional(listOf(name, { min: 0 })),
    authenticatedAt: optional(instant),
  })
  return withoutGaps({ ...read, authenticatedAt: authenticatedAt ?? now })
}

/**
 * A request's Cookie header, or several, or none. Anything else would end no session and say nothing.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function checkCookieHeader(where: string, header: unknown): string | readonly string[] | undefined {
  const isList = Array.isArray(header) && header.every((entry) => typeof entry === 'string')
  if (header === undefined || typeof header === 'string' || isList) return header as string | undefined
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: the Cookie header is a text, request.headers.cookie, or undefined where there is none.`,
    { where, option: 'cookieHeader' },
  )
}
