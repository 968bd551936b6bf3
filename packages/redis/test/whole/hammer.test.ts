import { setTimeout as wait } from 'node:timers/promises'
import { type Fleet, fleet, type RedisServer, redisServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Redis } from 'ioredis'

const PROCESSES = 4
const SCRIPT = new URL('./fixtures/hammer.js', import.meta.url)

jest.setTimeout(60_000)

interface Counts {
  readonly counts: Readonly<Record<string, { admitted: number; decisions: number }>>
}

function sum(reports: readonly Counts[], limit: string, what: 'admitted' | 'decisions'): number {
  return reports.reduce((total, { counts }) => total + counts[limit]![what], 0)
}

withService('redis', describe)('four processes on one Redis', () => {
  let server: RedisServer
  let redis: Redis
  let processes: Fleet
  const timeOfServer = async (): Promise<number> => {
    const [seconds, micros] = await redis.time()
    return Number(seconds) + Number(micros) / 1e6
  }
  beforeAll(async () => {
    server = await redisServer()
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis.disconnect()
    processes.kill()
    await server.stop()
  })

  test('hammer one key for ten seconds and together admit exactly what the policy allows', async () => {
    // A machine that is busy must not make the store look lost.
    const storeTimeout = '30s'
    const exact = { name: 'exact', storeTimeout, capacity: 50, refillPerSecond: 20 }
    const leased = { name: 'leased', storeTimeout, capacity: 2000, refillPerSecond: 1000, lease: { size: 50 } }
    processes = fleet(SCRIPT, PROCESSES, { url: server.url, limits: [exact, leased], instances: PROCESSES })
    await processes.each('ready')
    const before = await timeOfServer()
    processes.send('go')
    await processes.each('begun')
    // The ten seconds are what is measured, so nothing else would do.
    await wait(10_000)
    processes.send('stop')
    const reports: Counts[] = await processes.each('counts')
    const elapsed = (await timeOfServer()) - before
    expect(await processes.ended()).toEqual([0, 0, 0, 0])

    const allowed = exact.capacity + exact.refillPerSecond * elapsed
    expect(sum(reports, 'exact', 'decisions')).toBeGreaterThan(allowed * 10)
    expect(sum(reports, 'exact', 'admitted')).toBeLessThanOrEqual(allowed)
    // Starting and stopping four processes takes a part of the time that was measured.
    expect(sum(reports, 'exact', 'admitted')).toBeGreaterThanOrEqual(exact.capacity + exact.refillPerSecond * 10 - 1)

    const most = leased.capacity + leased.refillPerSecond * elapsed + PROCESSES * leased.lease.size
    expect(sum(reports, 'leased', 'admitted')).toBeLessThanOrEqual(most)
    expect(sum(reports, 'leased', 'admitted')).toBeGreaterThanOrEqual(most - 2 * PROCESSES * leased.lease.size - 500)
  })

  test('outlive the loss of Redis: local limits meanwhile, and back without a restart', async () => {
    const limit = { name: 'lossy', capacity: 40, refillPerSecond: 20 }
    processes = fleet(SCRIPT, PROCESSES, { url: server.url, limits: [limit], instances: PROCESSES })
    await processes.each('ready')
    const before = performance.now()
    processes.send('go')
    await processes.each('begun')
    await server.kill()
    await processes.each('rate_limit_store_lost')
    await server.restart()
    await processes.each('rate_limit_store_restored')
    processes.send('stop')
    const reports: Counts[] = await processes.each('counts')
    expect(await processes.ended()).toEqual([0, 0, 0, 0])
    const elapsed = (performance.now() - before) / 1000
    // The server comes back empty, so its bucket is full once more; the local ones had their share at the most.
    const most = 3 * limit.capacity + 2 * limit.refillPerSecond * elapsed
    expect(sum(reports, 'lossy', 'admitted')).toBeLessThanOrEqual(most)
    expect(sum(reports, 'lossy', 'admitted')).toBeGreaterThanOrEqual(limit.capacity)
  })
})
