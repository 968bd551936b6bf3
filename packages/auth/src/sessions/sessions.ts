import { createHash, randomBytes } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { inTime } from '../in-time.ts'
import { type Deed, tell } from '../tell.ts'
import { cookieValues, type SameSite, setCookie } from './cookie.ts'
import { type Sealer, sealer } from './seal.ts'
import type { SessionRecord, SessionStore } from './session-record.ts'

export interface SessionsOptions {
  /** What cookies are encrypted with, the current secret first; those after it still open cookies. 32 bytes each at least. */
  readonly secrets: readonly (string | Uint8Array)[]
  /** Keeps sessions on the server, so that they can be ended there. Default: the session is in the cookie alone. */
  readonly store?: SessionStore
  /** Behind `__Host-`. Default `session`. */
  readonly name?: string
  /** Default `Strict`; `Lax` where a login provider sends the user back. */
  readonly sameSite?: SameSite
  /** The end of a session, however often it is used. Seconds. Default 43 200. */
  readonly absoluteSeconds?: number
  /** The end of a session that is not used. Seconds. Default 1800. */
  readonly idleSeconds?: number
  /** How long the store may take to answer. Default 1000. */
  readonly timeoutMs?: number
  readonly clock?: Clock
}

/** Who has logged in. */
export interface Login {
  readonly subject: string
  readonly issuer?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tier?: string
  readonly acr?: string
  readonly amr?: readonly string[]
  /** Default: now. */
  readonly authenticatedAt?: number
  /** JSON, and small: without a store it is all in the cookie. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Begins and ends sessions. `sessionCookie()` lets callers in with them. */
export interface Sessions {
  /**
   * Begins a session with an identifier of its own. Give the request's Cookie header, so that a session that was there
   * before ends: an identifier from before the login is never one from after it.
   * @returns the Set-Cookie header
   */
  login(login: Login, cookieHeader?: string): Promise<string>
  /** Ends the session of a Cookie header. @returns the Set-Cookie header that removes it */
  logout(cookieHeader: string | undefined): Promise<string>
  /** Ends all sessions of a subject; only with a store. */
  logoutEverywhere(subject: string): Promise<void>
}

/** Browsers keep no longer cookies. */
const MAX_COOKIE_LENGTH = 4096
const STORE = 'The store of sessions'
const OPTIONS = [...['secrets', 'store', 'name', 'sameSite', 'absoluteSeconds', 'idleSeconds', 'timeoutMs', 'clock']]

/** What `sessionCookie()` needs of it. */
export class SessionKeeper implements Sessions {
  readonly name: string
  readonly clock: Clock
  readonly #sealer: Sealer
  readonly #store: SessionStore | undefined
  readonly #sameSite: SameSite
  readonly #absoluteMs: number
  readonly #idleMs: number
  readonly #timeoutMs: number

  constructor(options: SessionsOptions) {
    const where = 'sessions()'
    checkOptionNames(where, options, OPTIONS)
    const { name = 'session', sameSite = 'Strict', clock = systemClock, store } = options
    if (typeof name !== 'string' || !/^[A-Za-z0-9_-]+$/.test(name)) {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "name" is of letters, digits, "_" and "-".`)
    }
    if (sameSite !== 'Strict' && sameSite !== 'Lax') {
      throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: "sameSite" is "Strict" or "Lax".`)
    }
    const seconds = (option: 'absoluteSeconds' | 'idleSeconds', fallback: number): number =>
      1000 * numberOption(where, option, options[option], { min: 1, max: 31_536_000, fallback })
    this.name = `__Host-${name}`
    this.clock = clock
    this.#sealer = sealer(where, 'ashlar session cookie', options.secrets)
    this.#store = store
    this.#sameSite = sameSite
    this.#absoluteMs = seconds('absoluteSeconds', 43_200)
    this.#idleMs = seconds('idleSeconds', 1800)
    this.#timeoutMs = numberOption(where, 'timeoutMs', options.timeoutMs, { min: 1, max: 60_000, fallback: 1000 })
  }

  async login(login: Login, cookieHeader?: string): Promise<string> {
    const { subject, roles = [], scopes = [], authenticatedAt, ...more } = login
    if (typeof subject !== 'string' || subject === '') {
      throw new ConfigurationError('ERR_OPTION_MISSING', 'login(): "subject" is required.')
    }
    await this.#end(cookieHeader)
    const now = this.clock.now()
    const record: SessionRecord = Object.freeze({
      ...{ id: `ses_${randomBytes(12).toString('base64url')}`, subject, roles, scopes, ...more },
      ...{ authenticatedAt: authenticatedAt ?? now, expiresAt: now + this.#absoluteMs, seenAt: now },
    })
    return tell(deedOf('authn_login_success', record), () => this.#begin(record, now))
  }

  async logout(cookieHeader: string | undefined): Promise<string> {
    const record = await this.#recordOf(cookieHeader)
    if (record) await tell(deedOf('authn_logout', record), () => this.#end(cookieHeader))
    else await this.#end(cookieHeader)
    return setCookie(this.name, '', this.#sameSite, 0)
  }

  async logoutEverywhere(subject: string): Promise<void> {
    if (!this.#store) {
      throw new ConfigurationError(
        'ERR_OPTION_MISSING',
        'logoutEverywhere(): without a "store" sessions are in cookies alone and can not be ended here.',
      )
    }
    const store = this.#store
    await tell(
      { name: 'authn_logout', by: 'sessions', reason: 'all sessions of a subject', subject: { subject } },
      () => this.#ask(store.removeSubject(subject)),
    )
  }

  /** The session that a cookie's value is of, while it lasts. */
  async find(value: string): Promise<SessionRecord | undefined> {
    const content = this.#sealer.open(value, this.name)
    if (content === undefined) return undefined
    const record = this.#store
      ? await this.#ask(this.#store.find(hashOf(content)))
      : (JSON.parse(content) as SessionRecord)
    const now = this.clock.now()
    return record && now < record.expiresAt && now < record.seenAt + this.#idleMs ? record : undefined
  }

  /** The Set-Cookie header that carries on a session in use; `undefined` while the cookie that is there will do. */
  async renewed(value: string, record: SessionRecord): Promise<string | undefined> {
    const now = this.clock.now()
    if (now - record.seenAt < this.#idleMs / 4) return undefined
    const content = this.#sealer.open(value, this.name)!
    if (!this.#store) return this.#cookie(JSON.stringify({ ...record, seenAt: now }), record, now)
    await this.#ask(this.#store.touch(hashOf(content), now, this.#until(record, now)))
    return this.#cookie(content, record, now)
  }

  async #begin(record: SessionRecord, now: number): Promise<string> {
    if (!this.#store) return this.#cookie(JSON.stringify(record), record, now)
    const secret = randomBytes(32).toString('base64url')
    await this.#ask(this.#store.insert(hashOf(secret), record, this.#until(record, now)))
    return this.#cookie(secret, record, now)
  }

  /** Whose session is about to end, where that can be known. */
  async #recordOf(cookieHeader: string | undefined): Promise<SessionRecord | undefined> {
    for (const value of cookieHeader === undefined ? [] : cookieValues([cookieHeader], this.name)) {
      const record = await this.find(value).catch(() => undefined)
      if (record) return record
    }
    return undefined
  }

  async #end(cookieHeader: string | undefined): Promise<void> {
    if (!this.#store || cookieHeader === undefined) return
    for (const value of cookieValues([cookieHeader], this.name)) {
      const content = this.#sealer.open(value, this.name)
      if (content !== undefined) await this.#ask(this.#store.remove(hashOf(content)))
    }
  }

  #until(record: SessionRecord, now: number): number {
    return Math.min(record.expiresAt, now + this.#idleMs)
  }

  #cookie(content: string, record: SessionRecord, now: number): string {
    const sealed = this.#sealer.seal(content, this.name)
    const life = Math.max(1, Math.ceil((this.#until(record, now) - now) / 1000))
    const cookie = setCookie(this.name, sealed, this.#sameSite, life)
    if (cookie.length > MAX_COOKIE_LENGTH) {
      throw new ConfigurationError('ERR_OPTION_INVALID', 'login(): too much for a cookie. Use a "store".')
    }
    return cookie
  }

  #ask<T>(pending: Promise<T>): Promise<T> {
    return inTime(pending, this.#timeoutMs, STORE)
  }
}

/**
 * Sessions in cookies that are encrypted, httpOnly, Secure, SameSite and bound to this host.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function sessions(options: SessionsOptions): Sessions {
  return new SessionKeeper(options)
}

function deedOf(name: 'authn_login_success' | 'authn_logout', { id, subject, issuer }: SessionRecord): Deed {
  return { name, by: 'sessions', subject: { subject, issuer }, object: { kind: 'session', id } }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
