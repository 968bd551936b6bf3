import { createHash, randomBytes } from 'node:crypto'

import { type Awaitable, ConfigurationError, type SessionPrincipal } from '@ashlar/core'
import { cookieValues, setCookie } from '@ashlar/core/http'
import { type KeyRing, type KeyRingEntry, type Seal, seal } from '@ashlar/core/keys'
import { duration, having, oneOf, optional, readOptions, text } from '@ashlar/core/options'
import { ask, type Clock, type Duration } from '@ashlar/core/time'

import type { Verified } from '../credential-source.ts'
import { readArgument } from '../reading/argument.ts'
import { name } from '../reading/identity-options.ts'
import { ringReaders } from '../reading/ring-readers.ts'
import { junk } from '../reading/stored.ts'
import { type Deed, tell } from '../tell.ts'
import { checkCookieHeader, type Login, readLogin } from './login.ts'
import { isSessionRecord, type SessionRecord, type SessionStore } from './session-record.ts'

export interface SessionsOptions {
  /** What cookies are encrypted with: a ring of keys, or its entries, the current one first. */
  readonly keyRing: KeyRing | readonly KeyRingEntry[]
  /** Keeps sessions on the server, so that they can be ended there. Default: the session is in the cookie alone. */
  readonly store?: SessionStore
  /** Behind `__Host-`. Default `session`. */
  readonly name?: string
  /** Default `Strict`; `Lax` where a login provider sends the user back. */
  readonly sameSite?: 'Strict' | 'Lax'
  /** The end of a session, however often it is used. `'1s'` to `'365d'`. Default `'12h'`. */
  readonly absolute?: Duration
  /** The end of a session that is not used. `'1s'` to `'365d'`. Default `'30m'`. */
  readonly idle?: Duration
  /** How long the store may take to answer. Default `'1s'`. */
  readonly timeout?: Duration
  readonly clock?: Clock
}

/** Begins and ends sessions. `sessionCookie()` lets callers in with them. */
export interface Sessions {
  /** `__Host-session` */
  readonly cookieName: string
  /**
   * The verdict that lets a caller with this value of the cookie in, with the Set-Cookie header that carries on a session in
   * use; `undefined` for a cookie that is not ours and for a session that is over.
   * Throws, or rejects with, an `UnavailableError` when the store can't be asked.
   */
  verify(value: string): Awaitable<Verified | undefined>
  /**
   * Begins a session with an identifier of its own. Give the request's Cookie header, so that a session that was there
   * before ends: an identifier from before the login is never one from after it.
   * @returns the Set-Cookie header
   */
  login(login: Login, cookieHeader?: string | readonly string[]): Promise<string>
  /** Ends the session of a Cookie header. @returns the Set-Cookie header that removes it */
  logout(cookieHeader: string | readonly string[] | undefined): Promise<string>
  /** Ends all sessions of a subject; only with a store. */
  logoutEverywhere(subject: string): Promise<void>
}

const STORE = 'The store of sessions'
const BY = 'sessions'

/**
 * Sessions in cookies that are encrypted, httpOnly, Secure, SameSite and bound to this host. Each login and logout is
 * published as an event.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const keeper = sessions({ keyRing: [{ id: '2026-08', secret }], store: memorySessions() })
 * response.setHeader('Set-Cookie', await keeper.login({ subject: 'ada' }, request.headers.cookie))
 */
export function sessions(options: SessionsOptions): Sessions {
  return new SessionKeeper(options)
}

class SessionKeeper implements Sessions {
  readonly cookieName: string
  readonly #clock: Clock
  readonly #seal: Seal
  readonly #store: SessionStore | undefined
  readonly #sameSite: 'Strict' | 'Lax'
  readonly #absoluteMs: number
  readonly #idleMs: number
  readonly #timeoutMs: number

  constructor(options: SessionsOptions) {
    const where = 'sessions()'
    const settings = readOptions(where, options, {
      ...ringReaders(where),
      store: optional(having<SessionStore>(['insert', 'find', 'touch', 'remove', 'removeSubject'], 'memorySessions()')),
      name: text({ pattern: /^[\w-]+$/, says: 'of letters, digits, "_" and "-"', fallback: 'session', quote: true }),
      sameSite: oneOf(['Strict', 'Lax'], {
        fallback: 'Strict',
        unsafe: { None: 'sends the session along with every request that any page makes' },
      }),
      absolute: duration({ min: '1s', max: '365d', fallback: '12h' }),
      idle: duration({ min: '1s', max: '365d', fallback: '30m' }),
      timeout: duration({ max: '60s', fallback: '1s' }),
    })
    this.cookieName = `__Host-${settings.name}`
    this.#clock = settings.clock
    this.#store = settings.store
    // Each kind of cookie has keys of its own, so that one is never taken for the other.
    this.#seal = seal(settings.keyRing, settings.store ? 'session secret' : 'session')
    this.#sameSite = settings.sameSite
    this.#absoluteMs = settings.absolute
    this.#idleMs = settings.idle
    this.#timeoutMs = settings.timeout
  }

  async verify(value: string): Promise<Verified | undefined> {
    const content = this.#seal.open(value, this.cookieName)
    const record = content === undefined ? undefined : await this.#recordOf(content)
    const now = this.#clock.now()
    if (!record || this.#isOver(record, now)) return undefined
    const cookie = await this.#renewed(content!, record, now)
    const state = Object.freeze({ principal: principalOf(record) })
    return cookie === undefined
      ? Object.freeze({ kind: 'allow', state })
      : Object.freeze({ kind: 'allow', state, append: { 'Set-Cookie': cookie } })
  }

  async login(login: Login, cookieHeader?: string | readonly string[]): Promise<string> {
    const now = Math.floor(this.#clock.now())
    const id = `ses_${randomBytes(12).toString('base64url')}`
    const times = { expiresAt: Math.ceil(now + this.#absoluteMs), seenAt: now }
    const record: SessionRecord = Object.freeze({ id, ...readLogin(login, now), ...times })
    checkCookieHeader('login()', cookieHeader)
    return tell(deedOf('authn_login_success', record), async () => {
      if (this.#store) await this.#end(cookieHeader, now)
      if (!this.#store) return this.#cookie(JSON.stringify(record), record, now)
      const secret = randomBytes(32).toString('base64url')
      await this.#ask((store) => store.insert(hashOf(secret), record, this.#until(record, now)))
      return this.#cookie(secret, record, now)
    })
  }

  async logout(cookieHeader: string | readonly string[] | undefined): Promise<string> {
    checkCookieHeader('logout()', cookieHeader)
    await this.#end(cookieHeader, this.#clock.now())
    return setCookie(this.cookieName, '', { sameSite: this.#sameSite, lifeMs: 0 })
  }

  async logoutEverywhere(subject: string): Promise<void> {
    readArgument('logoutEverywhere()', 'subject', subject, name)
    if (!this.#store) {
      throw new ConfigurationError(
        'ERR_OPTION_MISSING',
        'logoutEverywhere(): without a "store" sessions are in cookies alone and can not be ended here.',
        { where: 'sessions()', option: 'store' },
      )
    }
    const deed: Deed = { name: 'authn_logout', by: BY, reason: 'all sessions of a subject', subject: { subject } }
    await tell(deed, async () => this.#ask((store) => store.removeSubject(subject)))
  }

  /** Junk in a cookie of ours is of an older release: its session is over. In the store it is an outage. */
  async #recordOf(content: string): Promise<SessionRecord | undefined> {
    if (!this.#store) return parseRecord(content)
    const record = await this.#ask((store) => store.find(hashOf(content)))
    if (record === undefined || record === null) return undefined
    if (!isSessionRecord(record)) throw junk(STORE)
    return record
  }

  /** The Set-Cookie header that carries on a session in use; `undefined` while the cookie that is there will do. */
  async #renewed(content: string, record: SessionRecord, now: number): Promise<string | undefined> {
    if (now - record.seenAt < this.#idleMs / 4) return undefined
    const seenAt = Math.floor(now)
    if (!this.#store) return this.#cookie(JSON.stringify({ ...record, seenAt }), record, now)
    await this.#ask((store) => store.touch(hashOf(content), seenAt, this.#until(record, now)))
    return this.#cookie(content, record, now)
  }

  async #end(header: string | readonly string[] | undefined, now: number): Promise<void> {
    for (const value of cookieValues(header, this.cookieName)) {
      const content = this.#seal.open(value, this.cookieName)
      const record = content === undefined ? undefined : await this.#recordOf(content)
      if (!record || this.#isOver(record, now)) continue
      await tell(deedOf('authn_logout', record), async () => this.#ask((store) => store.remove(hashOf(content!))))
    }
  }

  #isOver({ expiresAt, seenAt }: SessionRecord, now: number): boolean {
    return !(now < expiresAt && now < seenAt + this.#idleMs)
  }

  #until(record: SessionRecord, now: number): number {
    return Math.ceil(Math.min(record.expiresAt, now + this.#idleMs))
  }

  #cookie(content: string, record: SessionRecord, now: number): string {
    const sealed = this.#seal.seal(content, this.cookieName)
    const lifeMs = Math.max(1, this.#until(record, now) - now)
    try {
      return setCookie(this.cookieName, sealed, { sameSite: this.#sameSite, lifeMs })
    } catch (cause) {
      const where = 'login()'
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: too much for a cookie. Use a "store".`, {
        where,
        cause,
      })
    }
  }

  /** Without a store there is nothing to be done. */
  #ask<T>(question: (store: SessionStore) => Awaitable<T>): Awaitable<T | undefined> {
    const store = this.#store
    return store && ask(STORE, this.#timeoutMs, () => question(store))
  }
}

function deedOf(name: 'authn_login_success' | 'authn_logout', { id, subject, issuer }: SessionRecord): Deed {
  return { name, by: BY, subject: { subject, issuer }, object: { kind: 'session', id } }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** Without the error, which quotes what it could not read. */
function parseRecord(content: string): SessionRecord | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return isSessionRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function principalOf(record: SessionRecord): SessionPrincipal {
  const { id, subject, issuer, roles, scopes, tier, acr, amr, authenticatedAt, expiresAt, claims = {} } = record
  return Object.freeze({
    kind: 'session',
    ...{ sessionId: id, subject, issuer, tier, acr, authenticatedAt, expiresAt },
    roles: Object.freeze([...roles]),
    scopes: Object.freeze([...scopes]),
    amr: amr && Object.freeze([...amr]),
    claims: Object.freeze({ ...claims }),
  })
}
