import { createHmac, generateKeyPairSync, sign } from 'node:crypto'

import type { TestIssuer } from './test-issuer.ts'

/** An `Authorization` header that must be refused. */
export interface AttackToken {
  readonly name: string
  readonly authorization: string
  /** `malformed`: 400 invalid_request; `invalid`: 401 invalid_token; `expired`: the same, and the caller is told. */
  readonly expected: 'malformed' | 'invalid' | 'expired'
}

const encode = (value: string | Buffer): string => Buffer.from(value).toString('base64url')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Tokens as attackers write them, against a verifier that trusts `issuer` (RS256, a named key) and its audience, and
 * accepts access tokens (`at+jwt`) only.
 * @param now milliseconds since the Unix epoch, as the verifier's clock has it
 * @example
 * test.each(attackTokens(testIssuer({ algorithm: 'RS256' }), Date.now()))('$name is refused', async ({ authorization }) => {
 *   expect((await server.call('/', { headers: { authorization } })).status).toBe(401)
 * })
 */
export function attackTokens(issuer: TestIssuer, now: number): readonly AttackToken[] {
  const seconds = Math.floor(now / 1000)
  const good = issuer.token()
  const [head = '', body = '', signature = ''] = good.split('.')
  const { kid } = issuer.jwk
  const header = { alg: issuer.algorithm, typ: 'at+jwt', kid }
  const claims = {
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: 'user-1',
    client_id: 'app-1',
    iat: seconds,
    exp: seconds + 300,
    jti: 'attack',
  }
  const claimsText = JSON.stringify(claims)
  const headerText = JSON.stringify(header)
  const unsigned = (alg: unknown): string => `${encode(JSON.stringify({ ...header, alg }))}.${encode(claimsText)}.`
  const hmac = (alg: string, secret: string | Buffer): string => {
    const text = `${encode(JSON.stringify({ ...header, alg }))}.${encode(claimsText)}`
    return `${text}.${createHmac(`sha${alg.slice(2)}`, secret)
      .update(text)
      .digest('base64url')}`
  }
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const selfSigned = (more: object): string => {
    const text = `${encode(JSON.stringify({ ...header, ...more }))}.${encode(claimsText)}`
    return `${text}.${sign('sha256', Buffer.from(text), own.privateKey).toString('base64url')}`
  }
  const ownJwk = own.publicKey.export({ format: 'jwk' })
  const pem = issuer.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const der = issuer.publicKey.export({ format: 'der', type: 'spki' })
  const flip = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  /** The same bytes, written with other unused bits. */
  const respelt = (text: string): string =>
    text.slice(0, -1) + ALPHABET[(ALPHABET.indexOf(text.at(-1)!) | 1) % ALPHABET.length]
  const withClaims = (more: Readonly<Record<string, unknown>>): string => issuer.token(more)
  const withClaimsText = (text: string): string => issuer.tokenOf(headerText, text)
  const withHeaderText = (text: string): string => issuer.tokenOf(text, claimsText)
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

  const tokens: Readonly<Record<string, string>> = {
    'alg none, no signature': unsigned('none'),
    'alg None': unsigned('None'),
    'alg NONE': unsigned('NONE'),
    'alg nOnE': unsigned('nOnE'),
    'alg none with the good signature': `${unsigned('none')}${signature}`,
    'alg missing': `${unsigned(undefined)}${signature}`,
    'alg null': `${unsigned(null)}${signature}`,
    'alg a list': `${unsigned(['RS256'])}${signature}`,
    'alg a name of the prototype': `${unsigned('constructor')}${signature}`,
    'alg in lower case': withHeaderText(JSON.stringify({ ...header, alg: 'rs256' })),
    'an algorithm that is not allowed': withHeaderText(JSON.stringify({ ...header, alg: 'RS384' })),
    'PS256 in place of RS256': withHeaderText(JSON.stringify({ ...header, alg: 'PS256' })),
    'the public key as a secret, PEM': hmac('HS256', pem),
    'the public key as a secret, PEM without the last newline': hmac('HS256', pem.trim()),
    'the public key as a secret, DER': hmac('HS256', der),
    'the public key as a secret, HS512': hmac('HS512', pem),
    'an empty secret': hmac('HS256', ''),
    'a key of the attacker under the right name': selfSigned({}),
    'an embedded key': selfSigned({ jwk: ownJwk }),
    'an embedded key without a name': selfSigned({ jwk: ownJwk, kid: undefined }),
    'a key set of the attacker (jku)': selfSigned({ jku: 'https://evil.example/jwks.json', kid: 'evil' }),
    'a certificate of the attacker (x5u)': selfSigned({ x5u: 'https://evil.example/cert.pem', kid: 'evil' }),
    'an embedded certificate (x5c)': selfSigned({ x5c: [der.toString('base64')], kid: 'evil' }),
    'kid as a path': selfSigned({ kid: '../../../../dev/null' }),
    'kid as SQL': selfSigned({ kid: "x' UNION SELECT 'secret' -- " }),
    'kid as a command': selfSigned({ kid: 'key-1; curl evil.example' }),
    'kid as a URL': selfSigned({ kid: 'https://evil.example/key' }),
    'kid with a null byte': selfSigned({ kid: `${kid}\0.pem` }),
    'kid __proto__': selfSigned({ kid: '__proto__' }),
    'kid a number': withHeaderText(JSON.stringify({ ...header, kid: 1 })),
    'kid an object': withHeaderText(JSON.stringify({ ...header, kid: { toString: kid } })),
    'kid another one': withHeaderText(JSON.stringify({ ...header, kid: 'other' })),
    'crit with an unknown extension': issuer.token({}, { crit: ['urn:x'], 'urn:x': true }),
    'crit empty': issuer.token({}, { crit: [] }),
    'crit naming exp': issuer.token({}, { crit: ['exp'] }),
    'b64 false': issuer.token({}, { b64: false, crit: ['b64'] }),
    'b64 without crit': issuer.token({}, { b64: false }),
    'a compressed payload': issuer.token({}, { zip: 'DEF' }),
    'typ of an ID token': issuer.token({}, { typ: 'JWT' }),
    'no typ': issuer.token({}, { typ: undefined }),
    'typ of a DPoP proof': issuer.token({}, { typ: 'dpop+jwt' }),
    'typ of a logout token': issuer.token({}, { typ: 'logout+jwt' }),
    'typ a list': issuer.token({}, { typ: ['at+jwt'] }),
    'an ID token in the clothes of an access token': withClaims({ nonce: 'n', at_hash: 'h' }),
    'header twice: alg': withHeaderText(`{"alg":"none",${headerText.slice(1)}`),
    'header twice: kid, one escaped': withHeaderText(`{"\\u006bid":"other",${headerText.slice(1)}`),
    'claims twice: sub': withClaimsText(`{"sub":"admin",${claimsText.slice(1)}`),
    'claims twice: sub, one escaped': withClaimsText(`{"\\u0073ub":"admin",${claimsText.slice(1)}`),
    'claims twice: aud at the end': withClaimsText(`${claimsText.slice(0, -1)},"aud":"other"}`),
    'claims twice in a nested object': withClaimsText(`${claimsText.slice(0, -1)},"cnf":{"jkt":"a","jkt":"b"}}`),
    'claims nested 700 deep': withClaimsText(`${claimsText.slice(0, -1)},"deep":${nested(700)}}`),
    'claims that are a list': withClaimsText(`[${claimsText}]`),
    'claims that are null': withClaimsText('null'),
    'claims that are no JSON': withClaimsText('{"iss":'),
    'claims with text behind': withClaimsText(`${claimsText}x`),
    'a header that is no JSON': `${encode('{')}.${body}.${signature}`,
    'a header that is no UTF-8': `${encode(Buffer.from([0x7b, 0xff, 0x7d]))}.${body}.${signature}`,
    'no claims': `${head}..${signature}`,
    'no header': `.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'four parts': `${good}.${signature}`,
    'five parts, as an encrypted token': `${good}.${signature}.${signature}`,
    'only dots': '..',
    'a changed signature': `${head}.${body}.${flip(signature, 10)}`,
    'a short signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'a long signature': `${good}AAAA`,
    'a signature of zeros': `${head}.${body}.${encode(Buffer.alloc(256))}`,
    // Where no bits are left over there is no other spelling.
    ...(signature.length % 4 !== 0 && {
      'a signature that is not canonical': `${head}.${body}.${respelt(signature)}`,
    }),
    'the claims of another token': `${head}.${encode(JSON.stringify({ ...claims, sub: 'admin' }))}.${signature}`,
    'the header of another token': `${encode(JSON.stringify({ ...header, x: 1 }))}.${body}.${signature}`,
    'padding behind': `${good}=`,
    'a good token and 8 KiB': withClaims({ pad: 'x'.repeat(8192) }),
    'a good token twice': `${good}${good}`,
    'another audience': withClaims({ aud: 'other-api' }),
    'another audience in a list': withClaims({ aud: ['other-api', 'third-api'] }),
    'an empty list of audiences': withClaims({ aud: [] }),
    'an audience inside an object': withClaims({ aud: { [issuer.audience]: true } }),
    'an audience inside a nested list': withClaims({ aud: [[issuer.audience]] }),
    'an audience that begins alike': withClaims({ aud: `${issuer.audience}-admin` }),
    'an audience in other letters': withClaims({ aud: issuer.audience.toUpperCase() }),
    'no audience': withClaims({ aud: undefined }),
    'another issuer': withClaims({ iss: 'https://evil.example' }),
    'an issuer that begins alike': withClaims({ iss: `${issuer.issuer}.evil.example` }),
    'an issuer with a slash behind': withClaims({ iss: `${issuer.issuer}/` }),
    'a list of issuers': withClaims({ iss: [issuer.issuer] }),
    'no issuer': withClaims({ iss: undefined }),
    'no expiry': withClaims({ exp: undefined }),
    'an expiry that is text': withClaims({ exp: String(seconds + 300) }),
    'an expiry beyond numbers': withClaimsText(claimsText.replace(/"exp":\d+/, '"exp":1e999')),
    'an expiry that is null': withClaims({ exp: null }),
    'valid from tomorrow': withClaims({ nbf: seconds + 86_400 }),
    'valid in one second': withClaims({ nbf: seconds + 1 }),
    'a start that is text': withClaims({ nbf: String(seconds) }),
    'an issue time that is text': withClaims({ iat: 'now' }),
    'no subject': withClaims({ sub: undefined }),
    'an empty subject': withClaims({ sub: '' }),
    'a subject that is a number': withClaims({ sub: 1 }),
    'roles that are objects': withClaims({ roles: [{ name: 'admin' }] }),
    'roles that are a number': withClaims({ roles: 7 }),
    'scopes that are an object': withClaims({ scope: { admin: true } }),
    'bound to a DPoP key': withClaims({ cnf: { jkt: 'thumbprint' } }),
    'bound to a certificate': withClaims({ cnf: { 'x5t#S256': 'thumbprint' } }),
    'bound in an unknown way': withClaims({ cnf: { 'urn:x': 'y' } }),
    'bound by a confirmation that is null': withClaims({ cnf: null }),
  }
  const expired: Readonly<Record<string, string>> = {
    'expired by one second': withClaims({ exp: seconds - 1 }),
    'expired now': withClaims({ exp: seconds }),
    'expired long ago': withClaims({ exp: 1 }),
    'a negative expiry': withClaims({ exp: -1 }),
  }
  const malformed: Readonly<Record<string, string>> = {
    'no token': 'Bearer',
    'two tokens': `Bearer ${good} ${good}`,
    'two tokens with a comma': `Bearer ${good}, Bearer ${good}`,
    'a quoted token': `Bearer "${good}"`,
    'a tab for a space': `Bearer \t${good}`,
    'padding in the middle': `Bearer ${head}=.${body}.${signature}`,
    'characters beyond ASCII': `Bearer ${head}é.${body}.${signature}`,
    'the scheme twice': `Bearer Bearer ${good}`,
    'a parameter behind': `Bearer ${good}; scope=admin`,
  }
  const list = (of: Readonly<Record<string, string>>, expected: AttackToken['expected'], prefix = ''): AttackToken[] =>
    Object.entries(of).map(([name, text]) => ({ name, authorization: prefix + text, expected }))
  return [
    ...list(tokens, 'invalid', 'Bearer '),
    ...list(expired, 'expired', 'Bearer '),
    ...list(malformed, 'malformed'),
  ]
}
