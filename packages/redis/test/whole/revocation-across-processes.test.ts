import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type RedisServer, redisServer, testIssuer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const issuer = testIssuer()

withService('redis', describe)('two processes on one Redis', () => {
  let redis: RedisServer
  const children: ChildProcess[] = []
  const ports: number[] = []

  beforeAll(async () => {
    redis = await redisServer()
    const script = fileURLToPath(new URL('fixtures/revoking-process.js', import.meta.url))
    const settings = { url: redis.url, issuer: issuer.issuer, audience: issuer.audience, jwks: issuer.jwks }
    for (const _ of [1, 2]) {
      const child = fork(script, [JSON.stringify(settings)], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      })
      children.push(child)
      ports.push(((await once(child, 'message')) as [{ port: number }])[0].port)
    }
  }, 30_000)
  afterAll(async () => {
    for (const child of children) child.kill()
    await redis.stop()
  })

  async function statusAt(port: number, token: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return response.status
  }

  test('a token that one revokes is refused by the other within the bound of a second', async () => {
    const token = issuer.token({ jti: 'shared' })
    expect(await Promise.all(ports.map((port) => statusAt(port, token)))).toEqual([200, 200])
    children[0]!.send({ tokenId: 'shared' })
    await once(children[0]!, 'message')
    const revokedAt = performance.now()
    while ((await statusAt(ports[1]!, token)) === 200) expect(performance.now() - revokedAt).toBeLessThan(1000)
    expect(await statusAt(ports[0]!, token)).toBe(401)
    expect(await statusAt(ports[1]!, issuer.token())).toBe(200)
  })

  test('without Redis no decision is made on what may be out of date: 503, and good again when it is back', async () => {
    const token = issuer.token()
    expect(await statusAt(ports[1]!, token)).toBe(200)
    await redis.kill()
    const killedAt = performance.now()
    let status = 200
    while (status === 200) {
      // The bound, and as long again for the question that goes unanswered.
      expect(performance.now() - killedAt).toBeLessThan(3000)
      status = await statusAt(ports[1]!, token)
    }
    expect(status).toBe(503)
    await redis.restart()
    while (status !== 200) status = await statusAt(ports[1]!, token)
  }, 30_000)
})
