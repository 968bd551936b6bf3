import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import {
  amend,
  ConfigurationError,
  type Late,
  type LateSlot,
  lateSlot,
  type Moment,
  type RequestView,
  type Slot,
} from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { cookieValue } from './cookie-value.ts'

/** A double-submitted token, signed and bound to the session (OWASP: Signed Double-Submit Cookie). */
export interface CrossSiteToken {
  /** At least 32 bytes. Of several, the first signs and all are accepted, so that they can be rotated. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The session's cookie, to whose value tokens are bound. */
  readonly sessionCookie: string
  /** Default `__Host-cross-site-token`, which no subdomain can set. */
  readonly cookie?: string
  /** The request header that carries the token. Default `x-csrf-token`. */
  readonly header?: string
  /** A form field that may carry it instead. The guard then reads the body, so it stands on the route. Default none. */
  readonly field?: string
}

export interface CrossSiteTokenState {
  readonly crossSiteToken?: Late<string>
}

export type TokenVerifier = (request: RequestView) => boolean

export interface CrossSiteTokens {
  readonly state: { readonly crossSiteToken: Late<string> }
  readonly reads: Moment
  readonly verify: TokenVerifier
}

const MIN_SECRET_BYTES = 32
const RANDOM_BYTES = 18
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const TOKEN = /^([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{43})$/

/** Issues a token when one is asked for, by the guard's own function. */
export const tokenSlot: LateSlot<string, (raw: IncomingMessage) => string> = lateSlot('crossSiteToken', (issue, raw) =>
  issue(raw),
)

/**
 * This visitor's token for forms and scripts, where `sameOrigin({ token })` stands: `crossSiteToken.of(request)`; templates
 * find it as `crossSiteToken` on `res.locals` and `ctx.state`. Sets its cookie when there is none yet.
 * Ask again after a login: a token belongs to the session in which it was issued.
 * Throws an AshlarError `ERR_STATE_MISSING` where the guard has not run.
 * @example response.send(`<input type="hidden" name="token" value="${crossSiteToken.of(request)}">`)
 */
export const crossSiteToken: Slot<string> = tokenSlot

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNSAFE` */
export function crossSiteTokens(where: string, options: CrossSiteToken): CrossSiteTokens {
  checkOptionNames(where, options, ['secret', 'sessionCookie', 'cookie', 'header', 'field'])
  const { sessionCookie, cookie = '__Host-cross-site-token', header = 'x-csrf-token', field } = options
  const secrets = readSecrets(where, options.secret)
  for (const [name, value] of Object.entries({ sessionCookie, cookie, header })) {
    if (typeof value === 'string' && COOKIE_NAME.test(value)) continue
    throw new ConfigurationError(
      value === undefined ? 'ERR_OPTION_MISSING' : 'ERR_OPTION_INVALID',
      `${where}: "${name}" is a name, such as "__Host-session".`,
    )
  }
  /** The random part that the browser holds, where it and its signature are whole. */
  function heldBy(raw: IncomingMessage): string | undefined {
    const held = cookieValue(raw.headers.cookie, cookie)
    return held !== undefined && /^[A-Za-z0-9_-]{24}$/.test(held) ? held : undefined
  }

  function sessionOf(raw: IncomingMessage): string {
    return cookieValue(raw.headers.cookie, sessionCookie) ?? ''
  }

  function issue(raw: IncomingMessage): string {
    const held = heldBy(raw)
    const random = held ?? randomBytes(RANDOM_BYTES).toString('base64url')
    if (held === undefined) {
      amend(raw, { append: { 'set-cookie': `${cookie}=${random}; Path=/; Secure; HttpOnly; SameSite=Strict` } })
    }
    return `${random}.${sign(secrets[0]!, sessionOf(raw), random).toString('base64url')}`
  }

  function verify(request: RequestView): boolean {
    const { raw } = request
    const [, random = '', signature = ''] = TOKEN.exec(submitted(request, header.toLowerCase(), field) ?? '') ?? []
    if (random === '' || random !== heldBy(raw)) return false
    const given = Buffer.from(signature, 'base64url')
    // Every secret is tried, so that the time tells nothing of which one signed.
    return secrets.filter((secret) => timingSafeEqual(sign(secret, sessionOf(raw), random), given)).length > 0
  }

  return {
    state: Object.freeze({ crossSiteToken: tokenSlot.from(issue) }),
    reads: field === undefined ? 'head' : 'body',
    verify,
  }
}

/** The lengths are part of what is signed, so that no two pairs sign alike. */
function sign(secret: Uint8Array, session: string, random: string): Buffer {
  return createHmac('sha256', secret).update(`${session.length}.${session}.${random}`).digest()
}

function submitted({ headers, body }: RequestView, header: string, field: string | undefined): string | undefined {
  const inHeader = headers[header]
  if (typeof inHeader === 'string') return inHeader
  if (field === undefined || typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return undefined
  const inBody: unknown = (body as Record<string, unknown>)[field]
  return typeof inBody === 'string' ? inBody : undefined
}

function readSecrets(where: string, secret: CrossSiteToken['secret'] | undefined): readonly Uint8Array[] {
  if (secret === undefined) throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "secret" is required.`)
  const list = Array.isArray(secret) ? (secret as readonly (string | Uint8Array)[]) : [secret as string | Uint8Array]
  const secrets = list.map((each) => (typeof each === 'string' ? Buffer.from(each) : each))
  if (secrets.length === 0 || secrets.some((each) => !(each instanceof Uint8Array))) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "secret" is a string, bytes, or a list of these.`)
  }
  if (secrets.some(({ length }) => length < MIN_SECRET_BYTES)) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: a secret has at least ${MIN_SECRET_BYTES} bytes.`)
  }
  return secrets
}
