import type { Awaitable } from '@ashlar/core'
import { cookieValues } from '@ashlar/core/http'
import type { OptionReader } from '@ashlar/core/options'

import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { readArgument } from '../reading/argument.ts'
import { whenKnown } from '../when-known.ts'
import type { Sessions } from './sessions.ts'

const OVER = invalid('the session cookie is not ours, or its session is over')
const SEVERAL = malformed('the session cookie was sent several times', { description: 'Send the session cookie once.' })

/** Whatever keeps sessions: a keeper of another copy of this package, or of the app's own. */
const keeperOf: OptionReader<Sessions> = (value, at) => {
  if (value === undefined) throw at.missing('It is what sessions({ … }) makes.')
  const { verify, cookieName } = Object(value) as Partial<Sessions>
  if (typeof verify === 'function' && typeof cookieName === 'string' && cookieName !== '') return value as Sessions
  throw at.invalid('what sessions({ … }) makes', value)
}

/**
 * Callers with a session cookie. A credential in a header wins over it. Cookies are sent by browsers on their own, so a
 * guard against cross-site requests belongs before this one (`@ashlar/headers`).
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const keeper = sessions({ keyRing: [{ id: '2026-08', secret }], store: memorySessions() })
 * const authentication = authenticate([sessionCookie(keeper)])
 */
export function sessionCookie(sessions: Sessions): CredentialSource {
  const keeper = readArgument('sessionCookie()', 'sessions', sessions, keeperOf)
  const { cookieName } = keeper
  const source: CredentialSource = {
    name: 'session',
    place: 'cookie',
    challenges: [{ scheme: 'Session', params: { cookie: cookieName } }],
    find(request) {
      if (request.headers.cookie === undefined) return undefined
      const values = cookieValues(request.headerValues('cookie'), cookieName)
      return values.length > 1 ? SEVERAL : values[0]
    },
    verify: (value): Awaitable<Verified | Fault> => whenKnown(keeper.verify(value), orOver),
  }
  return Object.freeze(source)
}

function orOver(verified: Verified | undefined): Verified | Fault {
  return verified ?? OVER
}
