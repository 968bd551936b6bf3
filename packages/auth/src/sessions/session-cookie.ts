import { ConfigurationError, type SessionPrincipal } from '@ashlar/core'

import { type CredentialSource, invalid, malformed } from '../credential-source.ts'
import { cookieValues } from './cookie.ts'
import type { SessionRecord } from './session-record.ts'
import { SessionKeeper, type Sessions } from './sessions.ts'

const OVER = invalid('the session cookie is not ours, or its session is over')
const SEVERAL = malformed('the session cookie was sent several times', { description: 'Send the session cookie once.' })

/**
 * Callers with a session cookie. A credential in a header wins over it. Cookies are sent by browsers on their own, so a
 * guard against cross-site requests belongs before this one (`@ashlar/headers`).
 * @throws ConfigurationError `ERR_OPTION_MISSING`
 */
export function sessionCookie(keeper: Sessions): CredentialSource {
  if (!(keeper instanceof SessionKeeper)) {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'sessionCookie(): the argument is what sessions({ … }) returns.')
  }
  const { name } = keeper
  const source: CredentialSource = {
    name: 'session',
    place: 'cookie',
    challenges: [{ scheme: 'Session', params: { cookie: name } }],
    find(request) {
      if (request.headers.cookie === undefined) return undefined
      const values = cookieValues(request.headerValues('cookie'), name)
      return values.length > 1 ? SEVERAL : values[0]
    },
    async verify(value) {
      const record = await keeper.find(value)
      if (!record) return OVER
      const cookie = await keeper.renewed(value, record)
      const state = Object.freeze({ principal: principalOf(record) })
      return cookie === undefined
        ? Object.freeze({ kind: 'allow', state })
        : Object.freeze({ kind: 'allow', state, append: { 'Set-Cookie': cookie } })
    },
  }
  return Object.freeze(source)
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
