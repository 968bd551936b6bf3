import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import { accessControl } from '@ashlar/access'
import {
  audit,
  audited,
  auditLog,
  checkpointSigner,
  fileTrail,
  processTime,
  requestId,
  type Trail,
  trailEvents,
  trailTransport,
} from '@ashlar/audit'
import { authenticate, bearer } from '@ashlar/auth'
import { circuitBreaker } from '@ashlar/breaker'
import { chain, onEvent, onVerdict, type RequestSource } from '@ashlar/core'
import { adapter as expressAdapter } from '@ashlar/express'
import { securityHeaders } from '@ashlar/headers'
import { adapter as koaAdapter } from '@ashlar/koa'
import { rateLimit, tokenBucket } from '@ashlar/ratelimit'
import { recordEvents, type TestCall, type TestServer, testServer } from '@ashlar/testkit'
import { validate } from '@ashlar/validate'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express from 'express'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import Koa from 'koa'
import winston from 'winston'
import { z } from 'zod'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://api.example'
const keys = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }

function token(subject: string, roles: readonly string[], claims: object): Promise<string> {
  return new SignJWT({ roles, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keys.privateKey)
}

/** Every value that was planted, so that each can be looked for in everything that came out. */
const values: string[] = []

/** A value that neither its form nor, by itself, its place gives away. */
function plant(): string {
  const value = `plnt${values.length}x${createHash('sha256').update(String(values.length)).digest('hex').slice(0, 12)}`
  values.push(value)
  return value
}

interface World {
  readonly trail: Trail
  readonly logger: winston.Logger
  readonly onError: (error: unknown) => void
}

/** What the handler does wrong: it puts what it was sent wherever it can. */
function handle(source: RequestSource, body: unknown, { logger }: World): void {
  const { password, card, fail, note } = body as Record<string, string>
  audit.of(source).add({
    changes: { before: { password }, after: { profile: { clientSecret: password, cvv: card } } },
    details: { headers: { Authorization: `Custom ${password}` }, text: `password=${password}`, list: ['cookie', note] },
  })
  logger.info(`calling https://app:${password}@example.com/?token=${card}`, { config: new Map([['api_key', note]]) })
  if (fail) throw new Error(`upstream said {"password":"${password}","token":"${card}"}`)
}

const Body = z.object({ password: z.string(), card: z.string(), note: z.string(), fail: z.string().optional() })

function guards({ trail }: World) {
  const { permit } = accessControl({ roles: { trader: { permissions: ['orders:write'] } } })
  return {
    head: chain(
      requestId(),
      processTime(),
      securityHeaders({ profile: 'api' }),
      rateLimit({ policy: tokenBucket({ capacity: 30, refillPerSecond: 0.001 }), by: 'address' }),
      authenticate([bearer({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], keys: { keys: [jwk] } })]),
    ),
    route: chain(
      permit('orders:write'),
      validate({ body: Body }),
      circuitBreaker({ name: 'orders', failures: 3, open: '60s' }),
      audited({ trail, action: 'orders:write', event: 'sensitive_update' }),
    ),
  }
}

function expressApp(world: World): RequestListener {
  const { protect, errorBoundary } = expressAdapter({ onError: world.onError })
  const { head, route } = guards(world)
  const app = express()
  app.use(protect(head))
  app.use(express.json())
  app.post('/orders/:id', protect(route), (request, response) => {
    handle(request, request.body, world)
    response.json({ ok: true })
  })
  app.use(errorBoundary())
  return app
}

function koaApp(world: World): RequestListener {
  const { protect, errorBoundary } = koaAdapter({ onError: world.onError })
  const { head, route } = guards(world)
  const app = new Koa()
  app.silent = true
  const router = new Router()
  app.use(errorBoundary())
  app.use(protect(head))
  app.use(bodyParser({ onError: (_, context) => context.throw(400) }))
  router.post('/orders/:id', protect(route), (context) => {
    handle(context, context.request.body, world)
    context.body = { ok: true }
  })
  app.use(router.routes())
  return app.callback()
}

/** Requests that end at every layer, each with planted values wherever a caller can put one. */
async function* calls(): AsyncIterable<readonly [target: string, call: TestCall]> {
  const trader = async () => ({ authorization: `Bearer ${await token('trader', ['trader'], { note: plant() })}` })
  const viewer = async () => ({ authorization: `Bearer ${await token('viewer', ['viewer'], { note: plant() })}` })
  const body = (more: object = {}) => ({ password: plant(), card: plant(), note: plant(), ...more })
  const target = () => `/orders/${plant()}?${plant()}=${plant()}&access_token=${plant()}`
  const headers = () => ({
    cookie: `sid=${plant()}; theme=${plant()}`,
    'x-api-key': plant(),
    'x-other': plant(),
    'x-request-id': `bad id ${plant()}`,
    'user-agent': `probe (Authorization: Bearer ${plant()})`,
    referer: `https://example.com/${plant()}`,
  })
  const post = (own: object, sent: TestCall['body']) => ({
    method: 'POST',
    headers: { ...headers(), ...own },
    body: sent!,
  })
  for (let round = 0; round < 2; round++) {
    yield [target(), post(await trader(), body())]
    yield [target(), post({}, body())]
    yield [target(), post({ authorization: `Bearer ${plant()}` }, body())]
    yield [target(), post({ authorization: `Bearer eyJhbGciOiJub25lIn0.${plant()}.${plant()}` }, body())]
    yield [target(), post({ authorization: `Basic ${plant()}` }, body())]
    yield [target(), post(await viewer(), body())]
    yield [target(), post(await trader(), { [plant()]: plant(), password: { [plant()]: plant() } })]
    yield [target(), post({ ...(await trader()), 'content-type': 'application/json' }, `{"broken": "${plant()}`)]
    yield [`//${plant()}/orders`, post(await trader(), body())]
    // Express's own page for what it does not find repeats the path.
    yield [`/nowhere?q=${plant()}`, post(await trader(), body())]
  }
  // Failures open the breaker, and what follows finds it open.
  for (let round = 0; round < 5; round++) yield [target(), post(await trader(), body({ fail: 'yes' }))]
  for (let round = 0; round < 12; round++) yield [target(), post(await trader(), body())]
}

let folder: string
let server: TestServer
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-planted-'))
  values.length = 0
})
afterEach(async () => {
  jest.restoreAllMocks()
  await server.close()
  rmSync(folder, { recursive: true })
})

describe.each([
  ['Express', expressApp],
  ['Koa', koaApp],
])('%s', (_, makeApp) => {
  test('200 planted values and more through every layer: none in any output', async () => {
    const out: string[] = []
    const swallow = (text: unknown): true => {
      out.push(String(text))
      return true
    }
    jest.spyOn(process.stdout, 'write').mockImplementation(swallow)
    jest.spyOn(process.stderr, 'write').mockImplementation(swallow)
    for (const method of ['log', 'info', 'warn', 'error'] as const) {
      jest.spyOn(console, method).mockImplementation((...args) => void out.push(args.map(String).join(' ')))
    }
    const signer = checkpointSigner('trail.example', generateKeyPairSync('ed25519').privateKey)
    const trail = await fileTrail({ folder, signer })
    const lines = new Writable({
      write(chunk, _encoding, done) {
        out.push(String(chunk))
        done()
      },
    })
    const logger = winston.createLogger({ transports: [trailTransport({ trail }) as never] })
    const requests = auditLog({
      logger: winston.createLogger({ transports: [new winston.transports.Stream({ stream: lines })] }),
    })
    const events = trailEvents({ trail })
    const seen = [
      onEvent((event) => out.push(JSON.stringify(event))),
      onVerdict((event) => out.push(JSON.stringify(event))),
    ]
    const recorder = recordEvents()
    const onError = (error: unknown) => void logger.error('a request failed', { error })
    server = await testServer(makeApp({ trail, logger, onError }))

    const statuses = new Set<number>()
    for await (const [target, call] of calls()) {
      const answer = await server.call(target, call)
      await recorder.completed()
      statuses.add(answer.status)
      out.push(answer.text, answer.rawHeaders.join('\n'))
    }
    expect([...statuses].sort()).toEqual([200, 400, 401, 403, 404, 429, 500, 503])
    await requests.close()
    await events.close()
    recorder.stop()
    for (const stop of seen) stop()
    const drained = new Promise((resolve) => logger.on('finish', resolve))
    logger.end()
    await drained
    await new Promise((resolve) => setImmediate(resolve))
    await trail.close()
    for (const name of readdirSync(join(folder, 'writer-1')))
      out.push(readFileSync(join(folder, 'writer-1', name), 'utf8'))

    const everything = out.join('\n')
    expect(values.length).toBeGreaterThan(200)
    expect(everything).toContain('"name":"operation_completed"')
    expect(everything).toContain('"name":"app_log"')
    expect(everything).toContain('a request failed')
    expect(values.filter((value) => everything.includes(value))).toEqual([])
  }, 30_000)
})
