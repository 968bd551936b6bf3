import { fakeClock, type TestServer } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { authenticate, bearer, dpop, introspection } from '../../src/index.ts'
import { apps } from '../support/apps.ts'
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts'
import { dpopClient } from '../support/dpop-client.ts'

const ORDERS = 'urn:orders'
let authority: AuthorizationServer
beforeAll(async () => {
  authority = await authorizationServer()
}, 30_000)
afterAll(() => authority.kill())

const statusOf = async (server: TestServer, token: string) =>
  (await server.call('/', { headers: { authorization: `Bearer ${token}` } })).status

describe.each(apps)('oidc-provider and $framework', ({ serve }) => {
  test('its keys are discovered and its tokens verified', async () => {
    const server = await serve(
      authenticate([bearer({ issuer: authority.issuer, audience: ORDERS, algorithms: ['RS256'] })]),
    )
    const response = await server.call('/', { headers: { authorization: `Bearer ${await authority.token(ORDERS)}` } })
    expect(response.json()).toEqual({ subject: 'app', slot: 'app' })
    expect(await statusOf(server, await authority.token('urn:other'))).toBe(401)
    await server.close()
  })

  test('its keys rotate under load without one refused valid request', async () => {
    const server = await serve(
      authenticate([bearer({ issuer: authority.issuer, audience: ORDERS, algorithms: ['RS256'] })]),
    )
    const statuses: number[] = []
    let running = true
    const failures: unknown[] = []
    const caller = async () => {
      while (running) {
        const token = await authority.token(ORDERS)
        for (let count = 0; count < 5; count++) statuses.push(await statusOf(server, token))
      }
    }
    const callers = Array.from({ length: 4 }, () => caller().catch((error: unknown) => failures.push(error)))
    for (let rotation = 1; rotation <= 3; rotation++) {
      const before = statuses.length
      while (statuses.length < before + 60 && failures.length === 0)
        await new Promise((resolve) => setImmediate(resolve))
      await authority.rotate(`rotation-${rotation}`)
    }
    running = false
    await Promise.all(callers)
    expect(failures).toEqual([])
    expect(statuses.length).toBeGreaterThanOrEqual(180)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
    await server.close()
  }, 60_000)

  test('opaque tokens are introspected', async () => {
    const server = await serve(
      authenticate([
        introspection({
          endpoint: `${authority.issuer}/token/introspection`,
          issuer: authority.issuer,
          audience: 'urn:opaque',
          clientId: 'orders-api',
          clientSecret: 'api-secret',
          claims: { subject: 'client_id' },
        }),
      ]),
    )
    const token = await authority.token('urn:opaque')
    for (const _ of [1, 2]) expect(await statusOf(server, token)).toBe(200)
    expect(await statusOf(server, `${token}x`)).toBe(401)
    await server.close()
  })

  test('tokens bound by DPoP need their key', async () => {
    const client = dpopClient()
    const at = (method: string, url: string, token: string) => ({ method, url, token, now: Date.now() })
    const proof = client.proof(at('POST', `${authority.issuer}/token`, ''), { ath: undefined })
    const token = await authority.token(ORDERS, { dpop: proof })
    const server = await serve(
      authenticate([
        bearer({
          issuer: authority.issuer,
          audience: ORDERS,
          algorithms: ['RS256'],
          proofs: [dpop({ origin: 'https://api.example' })],
        }),
      ]),
    )
    const call = (holder: typeof client) =>
      server.call('/', {
        headers: { authorization: `DPoP ${token}`, dpop: holder.proof(at('GET', 'https://api.example/', token)) },
      })
    expect((await call(client)).status).toBe(200)
    expect((await call(dpopClient())).status).toBe(401)
    expect(await statusOf(server, token)).toBe(401)
    await server.close()
  })

  test('it is killed for a minute: known keys go on, what can not be known is 503, and it heals', async () => {
    const clock = fakeClock(Date.now())
    const of = (issuer: string) =>
      authenticate([
        bearer({
          issuer,
          audience: ORDERS,
          algorithms: ['RS256'],
          clock,
          jwks: { maxAge: '10s', cooldown: '0ms' },
        }),
      ])
    const [warm, cold] = [await serve(of(authority.issuer)), await serve(of(authority.issuer))]
    const [seen, unseen] = [await authority.token(ORDERS), await authority.token(ORDERS)]
    expect(await statusOf(warm, seen)).toBe(200)
    await authority.kill()
    for (let second = 0; second < 60; second += 5) {
      clock.advance(5000)
      expect(await statusOf(warm, seen)).toBe(200)
      expect(await statusOf(warm, unseen)).toBe(200)
      expect(await statusOf(cold, unseen)).toBe(503)
    }
    await authority.restart()
    const fresh = await authority.token(ORDERS)
    clock.advance(1000)
    expect(await statusOf(warm, fresh)).toBe(200)
    expect(await statusOf(cold, fresh)).toBe(200)
    // Its keys are new ones, so what the old ones signed has ended.
    expect(await statusOf(warm, seen)).toBe(401)
    await Promise.all([warm.close(), cold.close()])
  }, 30_000)
})
