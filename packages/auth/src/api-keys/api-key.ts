import type { Awaitable } from '@ashlar/core'
import { type OptionReader, orFalse, readOptions } from '@ashlar/core/options'

import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { readArgument } from '../reading/argument.ts'
import { headerName } from '../reading/header-name.ts'
import { whenKnown } from '../when-known.ts'
import type { ApiKeys } from './api-keys.ts'

export interface ApiKeyOptions {
  /** The header that carries a key, beside `Authorization: Bearer`; `false` for none. Default `X-API-Key`. */
  readonly header?: string | false
}

/** One for a key that is unknown, revoked, expired, of another environment or mistyped: the caller learns nothing. */
const NOT_GOOD = invalid('the API key is not good')
const SEVERAL = malformed('the header of the API key was sent several times', {
  description: 'Send the API key once.',
})

const BEARER = /^bearer +/i

/** Whatever makes API keys: a ring of another copy of this package, or of the app's own. */
const keyRingLike: OptionReader<ApiKeys> = (value, at) => {
  if (value === undefined) throw at.missing('It is what apiKeys({ … }) makes.')
  const { verify, label } = Object(value) as Partial<ApiKeys>
  if (typeof verify === 'function' && typeof label === 'string' && label !== '') return value as ApiKeys
  throw at.invalid('what apiKeys({ … }) makes', value)
}

/**
 * API keys, as `Authorization: Bearer sk_live_…` or in a header of their own.
 * A key that was found is remembered for the ring's `staleness`, and looked up behind the requests from half of it on.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const authentication = authenticate([apiKey(apiKeys({ store: memoryApiKeys() }))])
 */
export function apiKey(keys: ApiKeys, options: ApiKeyOptions = {}): readonly CredentialSource[] {
  const where = 'apiKey()'
  const ring = readArgument(where, 'keys', keys, keyRingLike)
  const { header } = readOptions(where, options, { header: orFalse(headerName('X-API-Key')) })
  const { label } = ring

  function verify(key: string): Awaitable<Verified | Fault> {
    const verified = ring.verify(key)
    // A verdict is known sooner by what it has than by the method that it lacks.
    return (verified as Partial<Verified> | undefined)?.kind === 'allow'
      ? (verified as Verified)
      : whenKnown(verified, orNotGood)
  }

  const inAuthorization: CredentialSource = {
    name: 'api-key',
    place: 'authorization',
    challenges: [{ scheme: 'Bearer' }],
    find(_, authorization) {
      const scheme = BEARER.exec(authorization!)?.[0]
      return scheme && authorization!.startsWith(label, scheme.length) ? authorization!.slice(scheme.length) : undefined
    },
    verify,
  }
  if (header === false) return Object.freeze([Object.freeze(inAuthorization)])
  const name = header.toLowerCase()
  const inHeader: CredentialSource = {
    name: 'api-key',
    place: 'header',
    challenges: [{ scheme: 'ApiKey', params: { header } }],
    find(request) {
      const values = request.headerValues(name)
      return values.length > 1 ? SEVERAL : values[0]
    },
    verify,
  }
  return Object.freeze([Object.freeze(inAuthorization), Object.freeze(inHeader)])
}

function orNotGood(verified: Verified | undefined): Verified | Fault {
  return verified ?? NOT_GOOD
}
