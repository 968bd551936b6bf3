import { type ApiKeyPrincipal, type Awaitable, ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import { TokenCache } from '../bearer/token-cache.ts'
import { type CredentialSource, type Fault, invalid, malformed, type Verified } from '../credential-source.ts'
import { type ApiKeyRecord, isActive } from './api-key-record.ts'
import { ApiKeyRing, type ApiKeys } from './api-keys.ts'

export interface ApiKeyOptions {
  /** The header that carries a key, beside `Authorization: Bearer`; `false` for none. Default `X-API-Key`. */
  readonly header?: string | false
  /** How many keys are remembered. Default 10 000. */
  readonly cachedKeys?: number
}

interface KnownKey {
  readonly credential: string
  readonly verdict: Verified
  readonly id: string
  readonly endsAt: number
  foundAt: number
}

/** One for a key that is unknown, revoked, expired, of another environment or mistyped: the caller learns nothing. */
const NOT_GOOD = invalid('the API key is not good')
const SEVERAL = malformed('the header of the API key was sent several times', {
  description: 'Send the API key once.',
})

const BEARER = /^bearer +/i
const CHARACTERS_PER_KEY = 128

/**
 * API keys, as `Authorization: Bearer sk_live_…` or in a header of their own.
 * A key that was found is remembered for the ring's `stalenessMs`, and looked up behind the requests from half of it on.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function apiKey(keys: ApiKeys, options: ApiKeyOptions = {}): readonly CredentialSource[] {
  checkOptionNames('apiKey()', options, ['header', 'cachedKeys'])
  if (!(keys instanceof ApiKeyRing)) {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'apiKey(): the first argument is what apiKeys({ … }) returns.')
  }
  const { header = 'X-API-Key', cachedKeys = 10_000 } = options
  if (header !== false && (typeof header !== 'string' || !/^[A-Za-z0-9-]+$/.test(header))) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'apiKey(): "header" is the name of a header, or false.')
  }
  const verify = verifierOf(keys, cachedKeys)
  const { label } = keys
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
  if (header === false) return [inAuthorization]
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
  return [inAuthorization, inHeader]
}

function verifierOf(ring: ApiKeyRing, cachedKeys: number): CredentialSource['verify'] {
  const cache = new TokenCache<KnownKey>(Math.max(2, cachedKeys), Math.max(2, cachedKeys) * CHARACTERS_PER_KEY)
  const { clock, stalenessMs } = ring
  const looking = new Set<string>()

  function verify(text: string): Awaitable<Verified | Fault> {
    const known = cache.get(text)
    if (known === undefined) return ring.reads(text) ? lookUp(text) : NOT_GOOD
    const now = clock.now()
    const age = now - known.foundAt
    if (age < 0 || age > stalenessMs || now >= known.endsAt || ring.revoked.has(known.id)) {
      cache.delete(known)
      return lookUp(text)
    }
    if (age > stalenessMs / 2) lookBehind(text, known)
    ring.used(known.id, now)
    return known.verdict
  }

  async function lookUp(text: string): Promise<Verified | Fault> {
    const askedAt = clock.now()
    const record = await ring.find(text)
    const now = clock.now()
    if (!record || !isActive(record, now) || ring.revoked.has(record.id)) return NOT_GOOD
    const known = knownKey(text, record, askedAt)
    if (stalenessMs > 0) cache.set(known)
    ring.used(record.id, now)
    return known.verdict
  }

  function lookBehind(text: string, known: KnownKey): void {
    if (looking.has(known.id)) return
    looking.add(known.id)
    lookUp(text)
      .then((answer) => {
        if (answer.kind === 'fault') cache.delete(known)
      })
      // Whoever finds it too old asks again, and is told.
      .catch(() => undefined)
      .finally(() => looking.delete(known.id))
  }

  return verify
}

function knownKey(credential: string, record: ApiKeyRecord, foundAt: number): KnownKey {
  const { id, subject, roles, scopes, tier, expiresAt, claims = {} } = record
  const principal: ApiKeyPrincipal = Object.freeze({
    kind: 'api-key',
    subject,
    keyId: id,
    roles: Object.freeze([...roles]),
    scopes: Object.freeze([...scopes]),
    tier,
    expiresAt,
    claims: Object.freeze({ ...claims }),
  })
  const verdict: Verified = Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
  return { credential, verdict, id, endsAt: expiresAt ?? Number.POSITIVE_INFINITY, foundAt }
}
