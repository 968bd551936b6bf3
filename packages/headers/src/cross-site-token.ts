import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import { amend, type Late, type LateSlot, lateSlot, type Moment, type RequestView, type Slot } from '@ashlar/core'
import { cookieValues, setCookie } from '@ashlar/core/http'
import { type KeyRing, type KeyRingEntry, mac } from '@ashlar/core/keys'
import { group, keyRingOption, type OptionReader, type OptionTable, optional, text } from '@ashlar/core/options'

/** A double-submitted token, signed and bound to the session (OWASP: Signed Double-Submit Cookie). */
export interface CrossSiteToken {
  /** The keys that sign, or their entries: `[{ id, secret }]`, the current one first. */
  readonly keyRing: KeyRing | readonly KeyRingEntry[]
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

const RANDOM_BYTES = 18
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const HELD = /^[A-Za-z0-9_-]{24}$/
/** What the cookie holds, and what a key of the ring has made of it: `<random>.<key id>.<signature>`. */
const TOKEN = /^([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{43})$/

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

const table = group({
  keyRing: keyRingOption,
  sessionCookie: text({ pattern: NAME, says: "the name of a cookie, such as '__Host-session'", quote: true }),
  cookie: text({ pattern: NAME, says: 'the name of a cookie', quote: true, fallback: '__Host-cross-site-token' }),
  header: text({ pattern: NAME, says: 'the name of a header', quote: true, fallback: 'x-csrf-token' }),
  field: optional(text()),
} satisfies OptionTable<CrossSiteToken>)

/** Reads `sameOrigin({ token })`, and makes what issues and verifies tokens. */
export const crossSiteTokens: OptionReader<CrossSiteTokens> = (value, at) => {
  const { keyRing, sessionCookie, cookie, header, field } = table(value, at)
  if (cookie === sessionCookie) throw at.in('cookie').invalid('different from "sessionCookie"')
  const signatures = mac(keyRing, 'cross-site token')
  const headerName = header.toLowerCase()

  /** The random part that the browser holds. */
  function heldBy(raw: IncomingMessage): string | undefined {
    const held = onlyCookie(raw, cookie)
    return held !== undefined && HELD.test(held) ? held : undefined
  }

  /** Both, so that no two pairs sign alike. */
  function signed(raw: IncomingMessage, random: string): string {
    return JSON.stringify([onlyCookie(raw, sessionCookie) ?? '', random])
  }

  function issue(raw: IncomingMessage): string {
    const held = heldBy(raw)
    const random = held ?? randomBytes(RANDOM_BYTES).toString('base64url')
    const token = `${random}.${signatures.sign(signed(raw, random))}`
    if (held === undefined) amend(raw, { append: { 'set-cookie': setCookie(cookie, random, { sameSite: 'Strict' }) } })
    return token
  }

  function verify(request: RequestView): boolean {
    const { raw } = request
    const [, random = '', signature = ''] = TOKEN.exec(submitted(request, headerName, field) ?? '') ?? []
    return random !== '' && random === heldBy(raw) && signatures.verify(signed(raw, random), signature)
  }

  return Object.freeze({
    state: Object.freeze({ crossSiteToken: tokenSlot.from(issue) }),
    reads: field === undefined ? 'head' : 'body',
    verify,
  })
}

/** Of a cookie that was sent twice a neighbouring domain or path has planted one, and nobody knows which. */
function onlyCookie({ headers }: IncomingMessage, name: string): string | undefined {
  const values = cookieValues(headers.cookie, name)
  return values.length === 1 ? values[0] : undefined
}

function submitted({ headers, body }: RequestView, header: string, field: string | undefined): string | undefined {
  const inHeader = headers[header]
  if (typeof inHeader === 'string') return inHeader
  if (field === undefined || typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return undefined
  const inBody: unknown = (body as Record<string, unknown>)[field]
  return typeof inBody === 'string' ? inBody : undefined
}
