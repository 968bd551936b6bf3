import { createServer, IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { authenticate, bearer } from '@ashlar/auth'
import { RequestHead } from '@ashlar/core/adapter'
import { trustNone } from '@ashlar/core/http'
import { type TestIssuer, testIssuer } from '@ashlar/testkit'
import { expressjwt } from 'express-jwt'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'

import { interleave } from './interleave.ts'
import { type Bench, type Result, summarize } from './result.ts'

type Algorithm = 'RS256' | 'ES256' | 'HS256'
type Middleware = (request: never, response: never, next: (error?: unknown) => void) => unknown

/** By a name that the compiler does not follow: its types add an `auth` to every Express request. */
const OAUTH = 'express-oauth2-jwt-bearer'
const { auth } = (await import(OAUTH)) as { auth(options: object): Middleware }

/** For HS256; of characters, since one peer takes no other. */
const SECRET = 'a secret that is longer than its hash is, for the sake of all'

/** As many callers as take turns. */
const TOKENS = 1000

const HEADERS = [
  ...['Host', 'api.example', 'Connection', 'keep-alive', 'Accept', '*/*', 'Accept-Encoding', 'gzip, br'],
  ...['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64)', 'Content-Type', 'application/json', 'X-Request-ID', 'abc'],
]

/** Header texts as node makes them: a new string each time, which nobody has seen or hashed before. */
function headerTexts(issuer: TestIssuer): () => string {
  const texts = Array.from({ length: TOKENS }, () =>
    Buffer.from(`Bearer ${issuer.token({ roles: ['trader'], scope: 'orders:read orders:write' })}`),
  )
  let next = 0
  return () => texts[next++ % TOKENS]!.toString('latin1')
}

function middleware(handler: Middleware): (authorization: string) => Promise<void> {
  return (authorization) =>
    new Promise((resolve, reject) => {
      const request = {
        method: 'GET',
        headers: { host: 'api.example', authorization },
        protocol: 'https',
        originalUrl: '/',
        query: {},
        body: {},
        is: () => false,
        get: (name: string) => (name === 'Host' ? 'api.example' : undefined),
      }
      handler(request as never, {} as never, (error) => (error ? reject(error) : resolve()))
    })
}

async function benchAlgorithm(algorithm: Algorithm): Promise<Result[]> {
  const issuer = testIssuer({ algorithm, secret: SECRET })
  const { issuer: iss, audience, publicKey, jwks } = issuer
  const next = headerTexts(issuer)
  const server = await serveKeys(algorithm === 'HS256' ? {} : jwks)
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const socket = new Socket()
  const guard = (maxRemembered?: number) => {
    const { check } = authenticate([
      bearer({
        issuer: iss,
        audience,
        algorithms: [algorithm],
        keys: publicKey,
        ...(maxRemembered === 0 && { maxRemembered }),
      }),
    ])
    const raw = new IncomingMessage(socket)
    raw.rawHeaders = [...HEADERS, 'Authorization', '']
    return (authorization: string) => {
      raw.rawHeaders[HEADERS.length + 1] = authorization
      return check(new RequestHead(raw, '/', trustNone), {})
    }
  }
  const remembering = guard()
  const forgetting = guard(0)
  const pem = algorithm === 'HS256' ? publicKey.export() : publicKey.export({ format: 'pem', type: 'spki' })
  const claims = { allowedIss: iss, allowedAud: audience, algorithms: [algorithm], key: pem }
  const fast = createVerifier({ ...claims, cache: false } as never) as (token: string) => unknown
  const fastCached = createVerifier({ ...claims, cache: TOKENS * 2 } as never) as (token: string) => unknown
  const josePlain = (token: string) => jwtVerify(token, publicKey, { issuer: iss, audience, algorithms: [algorithm] })
  const expressJwt = middleware(
    expressjwt({ secret: publicKey as never, algorithms: [algorithm], issuer: iss, audience }) as Middleware,
  )
  const oauth = middleware(
    auth({
      issuer: iss,
      audience,
      tokenSigningAlg: algorithm,
      ...(algorithm === 'HS256' ? { secret: SECRET } : { jwksUri }),
    }),
  )
  const token = (authorization: string): string => authorization.slice(7)
  const options = { algorithms: [algorithm], issuer: iss, audience } as const

  for (let count = 0; count < TOKENS; count++) fastCached(token(next()))
  // Every contender has to say yes, or it would be quick for nothing.
  for (const answer of [remembering(next()), forgetting(next())]) {
    if ((answer as { kind: string }).kind !== 'allow') throw new Error(`${algorithm}: refused`)
  }
  await Promise.all([expressJwt(next()), oauth(next()), josePlain(token(next()))])

  const results = await interleave(`${algorithm} token`, {
    'bare header text': () => next(),
    'ashlar seen before': () => remembering(next()),
    'ashlar cold': () => forgetting(next()),
    'fast-jwt@6.3.6 with its cache': () => fastCached(token(next())),
    'fast-jwt@6.3.6': () => fast(token(next())),
    'jsonwebtoken@9.0.3': () =>
      jsonwebtoken.verify(token(next()), publicKey as never, { ...options, algorithms: [algorithm] }),
    'jose@6.2.17': () => josePlain(token(next())),
    'express-jwt@8.5.1': () => expressJwt(next()),
    'express-oauth2-jwt-bearer@1.10.0': () => oauth(next()),
  })
  server.close()
  return results
}

/** Heap that the cache holds on to after a million distinct tokens. */
function benchMemory(): Result {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const issuer = testIssuer({ algorithm: 'HS256' })
  const { check } = authenticate([
    bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['HS256'], keys: issuer.publicKey }),
  ])
  const raw = new IncomingMessage(new Socket())
  const verify = (): void => {
    raw.rawHeaders = ['Authorization', `Bearer ${issuer.token()}`]
    check(new RequestHead(raw, '/', trustNone), {})
  }
  for (let count = 0; count < 100; count++) verify()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let count = 0; count < 1_000_000; count++) verify()
  collect()
  const mebibytes = (process.memoryUsage().heapUsed - before) / 2 ** 20
  check(new RequestHead(raw, '/', trustNone), {})
  return summarize(
    { case: 'cache after a million distinct tokens', contender: 'ashlar 10 000 tokens', unit: 'MiB', better: 'lower' },
    [mebibytes],
  )
}

function serveKeys(jwks: object): Promise<Server> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks)),
  )
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export const bench: Bench = async () => {
  const results: Result[] = []
  for (const algorithm of ['RS256', 'ES256', 'HS256'] as const) results.push(...(await benchAlgorithm(algorithm)))
  return [...results, benchMemory()]
}
