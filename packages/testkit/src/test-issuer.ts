import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'

import { clock as clockOption, custom, optional, readOptions, text, wholeNumber } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

type TokenObject = Readonly<Record<string, unknown>>

export interface TestIssuerOptions {
  /** Default `https://issuer.example`. */
  readonly issuer?: string
  /** Default `orders-api`. */
  readonly audience?: string
  /** Default `ES256`, whose keys are made quickest. */
  readonly algorithm?: string
  /** Default `key-1`; `null` for a key without a name. */
  readonly kid?: string | null
  /** Default 2048; for RSA. */
  readonly modulusLength?: number
  /** For HS algorithms. Default: 64 random bytes. */
  readonly secret?: string
  /** What tokens are issued by. Default: the system's. */
  readonly clock?: Clock
}

/** Signs tokens as an authorization server would, and as one never would. */
export interface TestIssuer {
  readonly issuer: string
  readonly audience: string
  readonly algorithm: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey & { readonly kid?: string }
  readonly jwks: { readonly keys: readonly JsonWebKey[] }
  /** A good access token (RFC 9068) of five minutes; what is given replaces members, `undefined` removes them. */
  token(claims?: TokenObject, header?: TokenObject): string
  /** Signs the texts of a header and claims as they are. */
  tokenOf(header: string, claims: string): string
}

/**
 * An issuer in this process, with a key made for it.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const issuer = testIssuer({ algorithm: 'ES256' })
 * await server.call('/', { headers: { authorization: `Bearer ${issuer.token({ sub: 'ada' })}` } })
 */
export function testIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const settings = readOptions('testIssuer()', options, {
    issuer: text({ fallback: 'https://issuer.example' }),
    audience: text({ fallback: 'orders-api' }),
    algorithm: text({ pattern: /^(?:(?:[RPE]S|HS)(?:256|384|512)|EdDSA|Ed25519)$/, fallback: 'ES256', quote: true }),
    kid: custom((kid, at) => (kid === null ? null : text({ fallback: 'key-1' })(kid, at))),
    modulusLength: wholeNumber({ min: 512, max: 16_384, fallback: 2048 }),
    secret: optional(text()),
    clock: clockOption,
  })
  const { issuer, audience, algorithm, kid, clock } = settings
  const { publicKey, privateKey } = keyPair(settings)
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    ...(kid !== null && { kid }),
    ...(publicKey.type !== 'secret' && { alg: algorithm, use: 'sig' }),
  }
  const tokenOf = (header: string, claims: string): string => {
    const signed = `${base64url(header)}.${base64url(claims)}`
    return `${signed}.${signatureOf(algorithm, privateKey, signed).toString('base64url')}`
  }
  return {
    issuer,
    audience,
    algorithm,
    publicKey,
    privateKey,
    jwk,
    jwks: { keys: [jwk] },
    tokenOf,
    token(claims = {}, header = {}) {
      const now = Math.floor(clock.now() / 1000)
      const standard = {
        iss: issuer,
        aud: audience,
        sub: 'user-1',
        client_id: 'app-1',
        iat: now,
        exp: now + 300,
        jti: randomBytes(8).toString('hex'),
      }
      return tokenOf(
        JSON.stringify({ alg: algorithm, typ: 'at+jwt', ...(kid !== null && { kid }), ...header }),
        JSON.stringify({ ...standard, ...claims }),
      )
    },
  }
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

interface KeySettings {
  readonly algorithm: string
  readonly modulusLength: number
  readonly secret: string | undefined
}

function keyPair({ algorithm, modulusLength, secret: given }: KeySettings): {
  publicKey: KeyObject
  privateKey: KeyObject
} {
  if (algorithm.startsWith('HS')) {
    const secret = given === undefined ? createSecretKey(randomBytes(64)) : createSecretKey(given, 'utf8')
    return { publicKey: secret, privateKey: secret }
  }
  const namedCurve = CURVES[algorithm]
  if (namedCurve) return generateKeyPairSync('ec', { namedCurve })
  if (algorithm.startsWith('Ed')) return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength })
}

function signatureOf(algorithm: string, key: KeyObject, text: string): Buffer {
  const data = Buffer.from(text)
  const hash = `sha${algorithm.slice(-3)}`
  if (algorithm.startsWith('HS')) return createHmac(hash, key).update(data).digest()
  if (algorithm.startsWith('Ed')) return sign(null, data, key)
  if (algorithm.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
  const padding = algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return sign(hash, data, {
    key,
    padding,
    ...(algorithm.startsWith('PS') && { saltLength: constants.RSA_PSS_SALTLEN_DIGEST }),
  })
}
