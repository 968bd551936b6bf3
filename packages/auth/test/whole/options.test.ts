import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { testIssuer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import * as auth from '../../src/index.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const issuer = testIssuer()
const terms = { issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks }
const keyRing = [{ id: 'one', secret: 'a secret of at least thirty-two bytes' }]
const keys = auth.apiKeys({ store: auth.memoryApiKeys() })
const proof = auth.dpop({ origin: 'https://api.example' })
const clock = { now: () => 1_700_000_000_000 }
const onError = () => undefined
const fetch = async () => new Response('{}')

/** Every function that takes options, each with all of them set well. */
const FACTORIES: Readonly<Record<string, { make(options: never): unknown; readonly good: object }>> = {
  apiKeys: {
    make: auth.apiKeys,
    good: {
      ...{ store: auth.memoryApiKeys(), prefix: 'sk', environment: 'live', staleness: '1s', maxRemembered: 10 },
      ...{ lastUsedEvery: '60s', timeout: '1s', clock, onError },
    },
  },
  apiKey: { make: (options) => auth.apiKey(keys, options), good: { header: 'X-API-Key' } },
  memoryApiKeys: { make: auth.memoryApiKeys, good: { maxRemembered: 10 } },
  authenticate: {
    make: (options) => auth.authenticate([auth.apiKey(keys)], options),
    good: { optional: false, realm: 'api', resourceMetadata: 'https://api.example/x' },
  },
  bearer: {
    make: auth.bearer,
    good: {
      ...{ ...terms, types: ['at+jwt'], claims: { roles: 'groups' }, clockTolerance: '1s', jwks: { maxAge: '1m' } },
      ...{ maxTokenLength: 4096, maxRemembered: 10, proofs: [proof], clock, fetch, onError },
      revocations: auth.revocations({ store: auth.memoryRevocations() }),
    },
  },
  'bearer of several': { make: auth.bearer, good: { issuers: [terms] } },
  introspection: {
    make: auth.introspection,
    good: {
      ...{ endpoint: 'https://i.example/', issuer: 'https://i.example/', audience: 'api', clientId: 'a' },
      ...{ clientSecret: 'b', claims: { roles: 'groups' }, cache: '10s', maxRemembered: 10, timeout: '5s' },
      ...{ proofs: [proof], clock, fetch },
    },
  },
  dpop: {
    make: auth.dpop,
    good: {
      ...{ origin: 'https://api.example', algorithms: ['ES256'], replays: { claim: () => true } },
      ...{ nonces: auth.dpopNonces({ keyRing }), maxAge: '60s', clockTolerance: '5s', clock },
    },
  },
  dpopNonces: { make: auth.dpopNonces, good: { keyRing, lifetime: '5m', clock } },
  revocations: {
    make: auth.revocations,
    good: {
      ...{ store: auth.memoryRevocations(), staleness: '1s', timeout: '1s', tokenLifetime: '1d' },
      ...{ maxRemembered: 10, clock, onError },
    },
  },
  memoryRevocations: { make: auth.memoryRevocations, good: { maxRemembered: 10, clock } },
  sessions: {
    make: auth.sessions,
    good: {
      ...{ keyRing, store: auth.memorySessions(), name: 'session', sameSite: 'Lax', absolute: '12h', idle: '30m' },
      ...{ timeout: '1s', clock },
    },
  },
  memorySessions: { make: auth.memorySessions, good: { maxRemembered: 10, clock } },
  certificateFromProxy: {
    make: auth.certificateFromProxy,
    good: { header: 'x-cert', trustedProxies: ['loopback'], verified: { header: 'x-verify', value: 'SUCCESS' } },
  },
  mutualTls: {
    make: auth.mutualTls,
    good: { certificate: auth.certificateOfConnection(), identify: () => undefined, clock },
  },
  edgeSigner: {
    make: auth.edgeSigner,
    good: { issuer: 'gateway', algorithm: 'EdDSA', key: privateKey, kid: 'one', lifetime: '30s', clock },
  },
  edgeIdentity: {
    make: auth.edgeIdentity,
    good: { ...terms, clockTolerance: '1s', replays: { claim: () => true }, clock, onError },
  },
  requireRecentLogin: {
    make: auth.requireRecentLogin,
    good: { maxAge: '5m', acr: ['mfa'], realm: 'api', clock },
  },
  resourceMetadata: {
    make: auth.resourceMetadata,
    good: {
      ...{ resource: 'https://api.example', authorizationServers: ['https://i.example'], scopes: ['a'] },
      ...{ dpopRequired: true, more: { resource_name: 'Orders' } },
    },
  },
  lintClaims: { make: (options) => auth.lintClaims({}, options), good: { asked: ['a'], min: '15m', max: '1h' } },
}

class Config {}

/** What no option takes. */
const HOSTILE: Readonly<Record<string, unknown>> = {
  null: null,
  NaN: Number.NaN,
  '-1': -1,
  '1.5': 1.5,
  'a symbol': Symbol('x'),
  'an empty text': '',
  'a text with a line break': 'a\r\nb',
  'a promise': Promise.resolve('1s'),
  'an instance': new Config(),
  'a list of lists': [[]],
  'a list with a hole': new Array(1),
}

const refusal = expect.objectContaining({
  name: 'ConfigurationError',
  code: expect.stringMatching(/^ERR_OPTION_(MISSING|INVALID|UNSAFE)$/),
})

/** Any text but an empty one is good there. */
const TAKES = /^(clientSecret|clientId|issuer|kid|audience|types) a text with a line break$/

describe.each(Object.entries(FACTORIES))('%s()', (_, { make, good }) => {
  test('takes what is good', () => {
    expect(() => make(good as never)).not.toThrow()
  })

  test('says which name it does not know, and the nearest that it does', () => {
    const [name] = Object.keys(good)
    expect(() => make({ ...good, [`${name}x`]: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN', message: expect.stringContaining(`"${name}"?`) }),
    )
  })

  test.each([
    ['a list', [good]],
    ['a text', 'x'],
    ['null', null],
    ['an instance', Object.assign(new Config(), good)],
    ['a promise', Promise.resolve(good)],
    ['a function', () => good],
  ])('takes no %s for options', (__, options) => {
    expect(() => make(options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  const cases = Object.keys(good)
    .flatMap((name) => Object.entries(HOSTILE).map(([kind, value]) => [name, kind, value] as const))
    .filter(([name, kind]) => !TAKES.test(`${name} ${kind}`))
  test.each(cases)('"%s" is not %s', (name, __, value) => {
    expect(() => make({ ...good, [name]: value } as never)).toThrow(refusal)
  })
})

/** Each of them was taken once, and did not do what it says. */
test.each([
  ['a nonce that is good for ever', () => auth.dpopNonces({ keyRing, lifetime: '0s' }), 'lifetime'],
  ['a misspelt life of nonces', () => auth.dpopNonces({ keyRing, lifetme: '3s' } as never), 'lifetme'],
  ['nonces without a key', () => auth.dpopNonces({} as never), 'keyRing'],
  ['a clock that is none', () => auth.revocations({ store: auth.memoryRevocations(), clock: {} } as never), 'clock'],
  ['a store that is none', () => auth.sessions({ keyRing, store: {} as never }), 'store'],
  ['seconds for a duration', () => auth.sessions({ keyRing, idle: 1800 as never }), 'idle'],
  ['an origin with a path', () => auth.dpop({ origin: 'https://api.example/v1' }), 'origin'],
  ['two proofs of one kind', () => auth.bearer({ ...terms, proofs: [proof, proof] } as never), 'proofs'],
  ['a shared secret that is short', () => auth.bearer({ ...terms, algorithms: ['HS256'], keys: 'x' }), 'keys'],
  [
    'a secret for another algorithm',
    () => auth.edgeSigner({ issuer: 'g', kid: 'k', algorithm: 'ES256', key: createSecretKey(Buffer.alloc(32)) }),
    'key',
  ],
  [
    'the key of one of several issuers',
    () => auth.bearer({ issuers: [terms, { ...terms, issuer: 'other', keys: 'x' }] } as never),
    'issuers[1].keys',
  ],
  [
    'metadata that say another resource',
    () =>
      auth.resourceMetadata({
        ...{ resource: 'https://a.example', authorizationServers: ['https://i.example'] },
        more: { resource: 'https://b.example' },
      }),
    'more.resource',
  ],
  ['a shortest life above the longest', () => auth.lintClaims({}, { min: '2h' }), 'min'],
])('%s is refused by name', (_, make, option) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', option }))
})

test('a message says what was meant, and never shows what could be a secret', () => {
  expect(() => auth.sessions({ keyRing, idle: 1800 as never })).toThrow("Write '1800s' or '1800ms'.")
  expect(() => auth.apiKey(keys, { header: 'not a header' })).toThrow('not "not a header"')
  for (const make of [
    () => auth.introspection({ ...FACTORIES['introspection']!.good, clientSecret: ['hunter2'] } as never),
    () => auth.bearer({ ...terms, algorithms: ['RS256'], keys: 'hunter2' }),
    () => auth.edgeSigner({ ...FACTORIES['edgeSigner']!.good, key: 'hunter2' } as never),
  ]) {
    expect(make).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }))
  }
})
