import { createHash } from 'node:crypto'

/** A secret, and a value that carries it. */
export interface Planted {
  readonly where: string
  readonly value: unknown
  readonly secret: string
}

class Account {
  readonly user = 'alice'
  readonly apiKey: string
  constructor(apiKey: string) {
    this.apiKey = apiKey
  }
}

/** Random-looking and repeatable. Letters first, so that it is no number. */
function random(seed: string, length: number): string {
  return `q${createHash('sha512').update(seed).digest('hex')}${createHash('sha512').update(`${seed}2`).digest('hex')}`.slice(
    0,
    length,
  )
}

function jwt(seed: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part({ sub: seed, exp: 1 })}.${random(seed, 86)}`
}

/** Every issuer's test numbers. */
const CARDS = [
  '4111111111111111',
  '4012888888881881',
  '4222222222222',
  '5555555555554444',
  '5105105105105100',
  '2223003122003222',
  '378282246310005',
  '371449635398431',
  '6011111111111117',
  '3530111333300000',
  '30569309025904',
  '6759649826438453',
]

const NAMES = [
  'password',
  'Password',
  'PASSWORD',
  'user_password',
  'newPassword',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'client_secret',
  'clientSecret',
  'CLIENT-SECRET',
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'id_token',
  'x-auth-token',
  'csrfToken',
  'apiKey',
  'api_key',
  'X-API-Key',
  'authorization',
  'Authorization',
  'Proxy-Authorization',
  'cookie',
  'Set-Cookie',
  'sessionId',
  'session_id',
  'privateKey',
  'private_key',
  'aws_secret_access_key',
  'accessKey',
  'credentials',
  'cardNumber',
  'card_number',
  'pin',
  'PIN',
  'ssn',
  'otp',
  'totp',
  'recoveryCode',
  'cvv',
  'CVV2',
  'cvc',
  'security_code',
  'jwt',
  'client_assertion',
  'code_verifier',
  'connectionCredential',
]

const ISSUED = [
  `sk_live_${random('stripe', 24)}`,
  `sk_test_${random('stripe2', 24)}`,
  `rk_live_${random('stripe3', 24)}`,
  `AKIA${random('aws', 16).toUpperCase()}`,
  `ASIA${random('aws2', 16).toUpperCase()}`,
  `ghp_${random('gh', 36)}`,
  `gho_${random('gh2', 36)}`,
  `github_pat_${random('gh3', 40)}`,
  `glpat-${random('gl', 20)}`,
  `xoxb-${random('slack', 30)}`,
  `AIza${random('google', 35)}`,
  `ya29.${random('google2', 40)}`,
  `SG.${random('sg', 22)}.${random('sg2', 43)}`,
  `npm_${random('npm', 36)}`,
  `hf_${random('hf', 34)}`,
  `shpat_${random('shop', 32)}`,
  `whsec_${random('wh', 32)}`,
  `dop_v1_${random('do', 64)}`,
  `acme_prod_${random('acme', 24)}`,
]

function* planted(): Iterable<Planted> {
  for (const name of NAMES) {
    const secret = random(name, 18)
    yield { where: `under the key ${name}`, value: { [name]: secret }, secret }
    yield { where: `under ${name}, three levels down`, value: { a: [{ b: { [name]: { inner: secret } } }] }, secret }
    yield { where: `in JSON text under ${name}`, value: JSON.stringify({ ok: true, [name]: secret }), secret }
  }
  for (const key of ISSUED) {
    yield { where: `a key in a sentence: ${key.slice(0, 6)}`, value: `upstream said ${key} is wrong`, secret: key }
  }
  for (const card of CARDS) {
    yield { where: `a card number: ${card}`, value: `paid with ${card}`, secret: card }
    const spaced = card.replace(/(.{4})(?=.)/g, '$1 ')
    yield { where: `a card number with spaces: ${spaced}`, value: { note: `paid (${spaced})` }, secret: spaced }
  }
  yield { where: 'a card number that is a number', value: { reference: 4111111111111111 }, secret: '4111111111111111' }
  yield { where: 'a card number that is a bigint', value: [5555555555554444n], secret: '5555555555554444' }
  const secret = random('places', 20)
  const token = jwt('alice')
  const places = Object.entries({
    'a JWT in a sentence': [`refused ${token}`, token],
    'a JWT in a list': [['a', [token]], token],
    'a JWT without a signature': [`x ${token.split('.').slice(0, 2).join('.')}.`, token.split('.')[1]!],
    'a bearer header': [`Authorization: Bearer ${secret}`, secret],
    'a bearer header in lower case': [`authorization: bearer ${secret}`, secret],
    'a basic header': ['Authorization: Basic YWxpY2U6aHVudGVyMjI=', 'YWxpY2U6aHVudGVyMjI'],
    'basic credentials in a sentence': ['got Basic YWxpY2U6aHVudGVyMjI= there', 'YWxpY2U6aHVudGVyMjI'],
    'a bearer token in a sentence': [`the header was "Bearer ${secret}"`, secret],
    'a cookie line': [`Cookie: theme=dark; sid=${secret}`, secret],
    'a set-cookie line': [`set-cookie: __Host-id=${secret}; Secure`, secret],
    'header lines in one text': [`GET / HTTP/1.1\r\nHost: a\r\nCookie: a=${secret}\r\n\r\n`, secret],
    'credentials in an address': [`postgres://app:${secret}@db.example/orders`, secret],
    'an address object': [new URL(`https://app:${secret}@example.com/`), secret],
    'a query parameter': [`https://example.com/cb?code=1&access_token=${secret}&x=1`, secret],
    'a form': [`grant_type=password&username=alice&password=${secret}`, secret],
    'a percent-encoded pair': [`redirect=%2Fcb%3Fpassword%3D${secret}`, secret],
    'an assignment': [`DB_PASSWORD=${secret} npm start`, secret],
    'an assignment with a colon': [`password: ${secret}`, secret],
    'a quoted value with spaces': [`password="${secret} and ${secret}"`, secret],
    'a sentence': [`her password is ${secret}`, secret],
    'a private key': [`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`, secret],
    'an RSA key without an end': [`-----BEGIN RSA PRIVATE KEY-----\n${secret}`, secret],
    'JSON in a JSON text': [JSON.stringify({ body: JSON.stringify({ password: secret }) }), secret],
    'JSON in a sentence': [`failed with {"user":"alice","password":"${secret}"}`, secret],
    'escaped JSON in a sentence': [`failed with {\\"password\\":\\"${secret}\\"}`, secret],
    'a JSON string': [JSON.stringify(`password=${secret}`), secret],
    'an error message': [new Error(`login failed: password=${secret}`), secret],
    'the body that a body parser could not read': [
      Object.assign(new SyntaxError(`Unexpected token 'q', "{"a":${secret}" is not valid JSON`), {
        body: `{"a":${secret}`,
      }),
      secret,
    ],
    'an error with a cause': [new Error('outer', { cause: new Error(`token=${secret}`) }), secret],
    'a member of an error': [Object.assign(new Error('x'), { config: { headers: { Authorization: secret } } }), secret],
    'a Map': [new Map([['password', secret]]), secret],
    'a Map in a Map': [new Map([['a', new Map([['token', secret]])]]), secret],
    'a Set': [new Set([`Bearer ${secret}`]), secret],
    'a class instance': [new Account(secret), secret],
    Headers: [new Headers({ authorization: `Bearer ${secret}` }), secret],
    URLSearchParams: [new URLSearchParams({ client_secret: secret }), secret],
    'raw headers': [['Host', 'a', 'Authorization', `Custom ${secret}`], secret],
    pairs: [[['authorization', `Custom ${secret}`]], secret],
    'a name beside its value': [[{ name: 'password', value: secret }], secret],
    'a header beside its value': [{ header: 'X-Api-Key', value: secret }, secret],
    'a key that is a secret': [{ [`Bearer ${secret}`]: 1 }, secret],
    'a String object': [Object(`password=${secret}`), secret],
    'a Buffer': [Buffer.from(secret), secret],
    'a text cut inside the secret': [`${'x '.repeat(2040)}sk_live_${secret}${secret}`, secret],
    'an object without a prototype': [Object.assign(Object.create(null), { token: secret }), secret],
    'a verification value in JSON text': ['{"card":{"cvv":"q731"}}', 'q731'],
    'a verification value in a form': ['number=1&cvv=q731&x=1', 'q731'],
    'a pair with a space': [`api key: ${secret}`.replace('api key', 'api_key'), secret],
    'a command line': [`curl -H "X-Api-Key: ${secret}" https://example.com`, secret],
  } as Record<string, [unknown, string]>)
  yield* places.map(([where, [value, hidden]]): Planted => ({ where, value, secret: hidden }))
}

export const PLANTED: readonly Planted[] = [...planted()]
