import { createHash, createSecretKey, generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto'
import { fakeClock, testIssuer, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { type BearerOptions, bearer } from '../../src/index.ts'

const clock = fakeClock()
const issuer = testIssuer({ clock })
const options = (more: object = {}): BearerOptions =>
  'issuers' in more
    ? (more as BearerOptions)
    : ({
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: [issuer.algorithm],
        keys: issuer.jwks,
        clock,
        ...more,
      } as BearerOptions)

const verify = (source: ReturnType<typeof bearer>, token: string) => source.verify(`Bearer ${token}`, testRequest())
const reasonOf = (answer: unknown) => (answer as { reason?: string }).reason

describe.each([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'HS256',
  'HS384',
  'HS512',
] as const)('%s', (algorithm) => {
  const signer = testIssuer({ algorithm, clock })
  const source = bearer(options({ algorithms: [algorithm], keys: signer.publicKey }))

  test('verifies what its key has signed and nothing else', () => {
    const token = signer.token()
    expect(verify(source, token)).toMatchObject({ kind: 'allow', state: { principal: { subject: 'user-1' } } })
    const stranger = testIssuer({ algorithm, clock })
    expect(reasonOf(verify(source, stranger.token()))).toBe('the signature is not right')
  })
})

test('the principal carries what the token says', () => {
  const token = issuer.token({
    roles: ['trader'],
    scope: 'orders:read orders:write',
    tier: 'premium',
    acr: 'urn:mfa',
    amr: ['pwd', 'otp'],
    auth_time: 1_700_000_000,
    sid: 'session-1',
    jti: 'token-1',
  })
  const answer = verify(bearer(options()), token)
  expect(answer).toMatchObject({
    state: {
      principal: {
        kind: 'bearer',
        subject: 'user-1',
        issuer: issuer.issuer,
        roles: ['trader'],
        scopes: ['orders:read', 'orders:write'],
        tier: 'premium',
        acr: 'urn:mfa',
        amr: ['pwd', 'otp'],
        authenticatedAt: 1_700_000_000_000,
        expiresAt: clock.now() + 300_000,
        sessionId: 'session-1',
        tokenId: 'token-1',
        clientId: 'app-1',
        binding: undefined,
      },
    },
  })
})

test('claims are frozen to the bottom', () => {
  const answer = verify(bearer(options()), issuer.token({ address: { city: 'Bath' } }))
  const { principal } = (answer as unknown as { state: { principal: { claims: { address: object } } } }).state
  for (const value of [answer, principal, principal.claims, principal.claims.address])
    expect(Object.isFrozen(value)).toBe(true)
})

test('claims have the names that the issuer gives them', () => {
  const source = bearer(
    options({ claims: { subject: 'user_id', roles: ['realm_access', 'roles'], scopes: 'permissions', tier: 'plan' } }),
  )
  const token = issuer.token({
    user_id: 'u-7',
    realm_access: { roles: ['viewer'] },
    permissions: ['posts:read'],
    plan: 'free',
  })
  expect(verify(source, token)).toMatchObject({
    state: { principal: { subject: 'u-7', roles: ['viewer'], scopes: ['posts:read'], tier: 'free' } },
  })
})

test('a single role is a list of one', () => {
  const source = bearer(options({ claims: { roles: 'role' } }))
  expect(verify(source, issuer.token({ role: 'trader' }))).toMatchObject({
    state: { principal: { roles: ['trader'] } },
  })
})

test('a token that is seen again gives the same verdict, at once', () => {
  const source = bearer(options())
  const token = issuer.token()
  const first = verify(source, token)
  expect(verify(source, token)).toBe(first)
})

test('a remembered token expires on the second', () => {
  const source = bearer(options())
  const token = issuer.token()
  expect(verify(source, token)).toMatchObject({ kind: 'allow' })
  clock.advance(299_999)
  expect(verify(source, token)).toMatchObject({ kind: 'allow' })
  clock.advance(1)
  expect(reasonOf(verify(source, token))).toBe('the token has expired')
  clock.set(Date.UTC(2026, 0, 1))
})

test('a remembered token is not valid when the clock is before its start', () => {
  const source = bearer(options())
  const token = issuer.token({ nbf: Math.floor(clock.now() / 1000) })
  expect(verify(source, token)).toMatchObject({ kind: 'allow' })
  clock.advance(-1000)
  expect(reasonOf(verify(source, token))).toBe('the token is not valid yet')
  clock.set(Date.UTC(2026, 0, 1))
})

test('the clock tolerance extends both ends, and no further', () => {
  const source = bearer(options({ clockTolerance: '10s' }))
  const now = clock.now() / 1000
  expect(verify(source, issuer.token({ exp: now - 9 }))).toMatchObject({ kind: 'allow' })
  expect(reasonOf(verify(source, issuer.token({ exp: now - 10 })))).toBe('the token has expired')
  expect(verify(source, issuer.token({ nbf: now + 10 }))).toMatchObject({ kind: 'allow' })
  expect(reasonOf(verify(source, issuer.token({ nbf: now + 11 })))).toBe('the token is not valid yet')
})

test('type JWT is accepted when the issuer is configured so, an ID token not even then', () => {
  const strict = bearer(options())
  const lenient = bearer(options({ types: ['at+jwt', 'JWT'] }))
  for (const typ of ['JWT', 'jwt', 'application/jwt', undefined]) {
    expect(reasonOf(verify(strict, issuer.token({}, { typ })))).toBe(
      'the type of the token is not one of those accepted',
    )
    expect(verify(lenient, issuer.token({}, { typ }))).toMatchObject({ kind: 'allow' })
  }
  for (const claims of [{ nonce: 'n' }, { at_hash: 'h' }, { token_use: 'id' }, { typ: 'ID' }])
    expect(reasonOf(verify(lenient, issuer.token(claims, { typ: 'JWT' })))).toBe(
      'the token is an ID token and not an access token',
    )
})

test('a token that is bound to a key is refused where the binding is not verified', () => {
  for (const cnf of [{ jkt: 'thumb' }, { 'x5t#S256': 'thumb' }, { jwk: {} }, { jkt: 'a', kid: 'b' }, {}, 'text', null])
    expect(reasonOf(verify(bearer(options()), issuer.token({ cnf })))).toMatch(/bound to a key/)
})

test('what a token does not say is not found on a polluted Object.prototype', () => {
  const polluted = Object.prototype as Record<string, unknown>
  const saying = {
    exp: 9_999_999_999,
    aud: issuer.audience,
    iss: issuer.issuer,
    sub: 'admin',
    roles: ['admin'],
    typ: 'at+jwt',
  }
  const source = bearer(options())
  const tokens = [{ exp: undefined }, { aud: undefined }, { iss: undefined }, { sub: undefined }].map((claims) =>
    issuer.token(claims),
  )
  tokens.push(issuer.token({}, { typ: undefined }))
  const good = issuer.token()
  const answers: unknown[] = []
  Object.assign(polluted, saying)
  try {
    for (const token of [...tokens, good]) answers.push(verify(source, token))
  } finally {
    for (const name of Object.keys(saying)) Reflect.deleteProperty(polluted, name)
  }
  expect(answers.map((answer) => (answer as { kind: string }).kind)).toEqual([...tokens.map(() => 'fault'), 'allow'])
  expect(answers.at(-1)).toMatchObject({ state: { principal: { subject: 'user-1', roles: [] } } })
})

test('keys may be given in every usual form', async () => {
  const spki = issuer.publicKey.export({ format: 'pem', type: 'spki' })
  const cryptoKey = await webcrypto.subtle.importKey('jwk', issuer.jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'verify',
  ])
  for (const keys of [issuer.publicKey, spki, cryptoKey, issuer.jwk, issuer.jwks]) {
    expect(verify(bearer(options({ keys })), issuer.token())).toMatchObject({ kind: 'allow' })
  }
  expect(KeyObject.from(cryptoKey).equals(issuer.publicKey)).toBe(true)
})

test('the key is the one that the token names', () => {
  const [one, other] = [testIssuer({ kid: 'one', clock }), testIssuer({ kid: 'other', clock })]
  const source = bearer(options({ keys: { keys: [one.jwk, other.jwk] } }))
  expect(verify(source, other.token())).toMatchObject({ kind: 'allow' })
  expect(reasonOf(verify(source, other.token({}, { kid: 'one' })))).toBe('the signature is not right')
  for (const kid of ['third', undefined, '../one', "one' OR '1'='1"])
    expect(reasonOf(verify(source, other.token({}, { kid })))).toBe('no key of the issuer fits the token')
})

const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const pem = issuer.publicKey.export({ format: 'pem', type: 'spki' }).toString()

test.each([
  ['no issuer', { issuer: undefined }, 'ERR_OPTION_MISSING'],
  ['no audience', { audience: undefined }, 'ERR_OPTION_MISSING'],
  ['an empty list of audiences', { audience: [] }, 'ERR_OPTION_INVALID'],
  ['an empty audience', { audience: [''] }, 'ERR_OPTION_INVALID'],
  ['no algorithms', { algorithms: undefined }, 'ERR_OPTION_MISSING'],
  ['an empty list of algorithms', { algorithms: [] }, 'ERR_OPTION_MISSING'],
  ['the algorithm none', { algorithms: ['none'] }, 'ERR_OPTION_UNSAFE'],
  ['the algorithm NoNe', { algorithms: ['ES256', 'NoNe'] }, 'ERR_OPTION_UNSAFE'],
  ['an unknown algorithm', { algorithms: ['ES255'] }, 'ERR_OPTION_INVALID'],
  ['a name of the prototype', { algorithms: ['toString'] }, 'ERR_OPTION_INVALID'],
  ['secrets beside public keys', { algorithms: ['RS256', 'HS256'] }, 'ERR_OPTION_UNSAFE'],
  ['no keys and an issuer that is no URL', { keys: undefined, issuer: 'me' }, 'ERR_OPTION_MISSING'],
  ['no keys for a shared secret', { keys: undefined, algorithms: ['HS256'] }, 'ERR_OPTION_MISSING'],
  ['discovery over http', { keys: undefined, issuer: 'http://issuer.example' }, 'ERR_OPTION_UNSAFE'],
  ['no issuers', { issuers: [] }, 'ERR_OPTION_INVALID'],
  ['an empty key set', { keys: { keys: [] } }, 'ERR_OPTION_INVALID'],
  ['a key that does not fit', { algorithms: ['RS256'] }, 'ERR_OPTION_INVALID'],
  ['a private key', { keys: issuer.privateKey }, 'ERR_OPTION_UNSAFE'],
  ['a private JWK', { keys: issuer.privateKey.export({ format: 'jwk' }) }, 'ERR_OPTION_UNSAFE'],
  ['a private PEM', { keys: issuer.privateKey.export({ format: 'pem', type: 'pkcs8' }) }, 'ERR_OPTION_UNSAFE'],
  ['an RSA key of 1024 bits', { algorithms: ['RS256'], keys: weak }, 'ERR_OPTION_UNSAFE'],
  ['a public key as a secret', { algorithms: ['HS256'], keys: pem }, 'ERR_OPTION_UNSAFE'],
  ['a short secret', { algorithms: ['HS256'], keys: 'x'.repeat(31) }, 'ERR_OPTION_UNSAFE'],
  [
    'a secret that is short for its hash',
    { algorithms: ['HS512'], keys: createSecretKey(Buffer.alloc(63)) },
    'ERR_OPTION_UNSAFE',
  ],
  ['a text that is no key', { keys: 'hunter2' }, 'ERR_OPTION_INVALID'],
  ['a broken PEM', { keys: '-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----' }, 'ERR_OPTION_INVALID'],
  ['a JWKS over http', { keys: 'http://issuer.example/jwks' }, 'ERR_OPTION_UNSAFE'],
  ['a JWKS with a password', { keys: 'https://u:p@issuer.example/jwks' }, 'ERR_OPTION_UNSAFE'],
  ['secrets from a URL', { algorithms: ['HS256'], keys: 'https://issuer.example/jwks' }, 'ERR_OPTION_UNSAFE'],
  ['an unknown option', { audiance: 'x' }, 'ERR_OPTION_UNKNOWN'],
  ['an unknown claim', { claims: { role: 'x' } }, 'ERR_OPTION_UNKNOWN'],
  ['a claim that is no name', { claims: { roles: [] } }, 'ERR_OPTION_INVALID'],
  ['a negative tolerance', { clockTolerance: '-1s' }, 'ERR_OPTION_INVALID'],
  ['a tolerance that is no number', { clockTolerance: Number.NaN }, 'ERR_OPTION_INVALID'],
  ['half a cache', { maxRemembered: 0.5 }, 'ERR_OPTION_INVALID'],
])('%s is refused at construction', (_, more, code) => {
  expect(() => bearer(options(more))).toThrow(expect.objectContaining({ code, name: 'ConfigurationError' }))
})

test('an error never shows the secret', () => {
  const secret = createHash('md5').update('x').digest('hex').slice(0, 20)
  try {
    bearer(options({ algorithms: ['HS256'], keys: secret }))
    expect(true).toBe(false)
  } catch (error) {
    expect(String((error as Error).stack)).not.toContain(secret)
  }
})
