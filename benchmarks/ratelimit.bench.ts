import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { fixedWindow, memoryRateLimits, type Policy, rateLimit, slidingWindow, tokenBucket } from '@ashlar/ratelimit'
import { redisRateLimits } from '@ashlar/redis'
import { redisServer, testRequest } from '@ashlar/testkit'
import { rateLimit as expressRateLimit, MemoryStore } from 'express-rate-limit'
import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'

import { interleave } from './interleave.ts'
import { ASHLAR, EXPRESS_RATE_LIMIT, FLEXIBLE, type Million } from './ratelimit/contenders.ts'
import { type Bench, type Result, summarize } from './result.ts'

const PLENTY = 1e9
const ROUNDS = 3

/** One key, as in a flood from one address. Peers answer with a promise, which is awaited, since that is how they are used. */
async function hotKey(): Promise<Result[]> {
  const ledgerOf = (policy: Policy) => memoryRateLimits().open({ name: 'hot', policies: [policy] })
  const bucket = ledgerOf(tokenBucket({ capacity: PLENTY, refillPerSecond: 1000 }))
  const fixed = ledgerOf(fixedWindow({ limit: PLENTY, window: '1d' }))
  const sliding = ledgerOf(slidingWindow({ limit: PLENTY, window: '1d' }))
  const flexible = new RateLimiterMemory({ points: PLENTY, duration: 86_400 })
  const express = new MemoryStore()
  express.init({ windowMs: 86_400_000 } as never)
  const results = await interleave('memory, one hot key', {
    [ASHLAR]: () => bucket.take('192.168.1.1', 1),
    'ashlar fixed window': () => fixed.take('192.168.1.1', 1),
    'ashlar sliding window': () => sliding.take('192.168.1.1', 1),
    [FLEXIBLE]: () => flexible.consume('192.168.1.1'),
    [EXPRESS_RATE_LIMIT]: () => express.increment('192.168.1.1'),
  })
  express.shutdown()
  return results
}

/** The same as an app meets it: the address found, the decision, the header fields made. Setting them on a response is left out. */
async function hotKeyWithFields(): Promise<Result[]> {
  const guard = rateLimit({ policy: tokenBucket({ capacity: PLENTY, refillPerSecond: 1000 }) })
  const request = testRequest({ address: '192.168.1.1' })
  const middleware = expressRateLimit({
    windowMs: 86_400_000,
    limit: PLENTY,
    standardHeaders: 'draft-8',
    validate: false,
  })
  const response = { headersSent: false, setHeader() {}, append() {} }
  const next = () => {}
  return interleave('memory, one hot key, with header fields', {
    'ashlar token bucket as a guard': () => guard.check(request, {}),
    [`${EXPRESS_RATE_LIMIT} as middleware`]: () =>
      middleware({ ip: '192.168.1.1', headers: {}, app: {} } as never, response as never, next),
  })
}

/** A million keys, each contender in a process of its own. */
async function millionKeys(): Promise<Result[]> {
  const contenders = [ASHLAR, FLEXIBLE, EXPRESS_RATE_LIMIT]
  const samples = new Map(contenders.map((name) => [name, [] as Million[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of contenders) {
      const child = fork(fileURLToPath(new URL('./ratelimit/million.js', import.meta.url)), [name])
      const [million] = (await once(child, 'message')) as [Million]
      samples.get(name)!.push(million)
      if (child.exitCode === null) await once(child, 'exit')
    }
  }
  const figures: readonly [title: string, unit: string, of: keyof Million][] = [
    ['memory, a million keys, each for the first time', 'ns/op', 'firstNs'],
    ['memory, a million keys, each once more', 'ns/op', 'againNs'],
    ['memory, a million keys, size', 'bytes/key', 'bytes'],
    ['memory, a million keys, longest stall', 'ms', 'stallMs'],
  ]
  return figures.flatMap(([title, unit, of]) =>
    contenders.map((contender) =>
      summarize(
        { case: title, contender, unit, better: 'lower' },
        samples.get(contender)!.map((million) => million[of]),
      ),
    ),
  )
}

/** Decisions a second over one connection each, `concurrency` of them on their way at a time, over a hundred keys. */
async function onRedis(concurrency: number): Promise<Result[]> {
  const server = await redisServer()
  const connections = Array.from({ length: 3 }, () => new Redis(server.url))
  const [ours, leasing, theirs] = connections as [Redis, Redis, Redis]
  const policies = [tokenBucket({ capacity: PLENTY, refillPerSecond: 1e6 })]
  const exact = redisRateLimits({ redis: ours }).open({ name: 'exact', policies })
  const leased = redisRateLimits({ redis: leasing, lease: { size: 1000 } }).open({ name: 'leased', policies })
  const flexible = new RateLimiterRedis({ storeClient: theirs, points: PLENTY, duration: 86_400 })
  const contenders: Readonly<Record<string, (key: string) => unknown>> = {
    'ashlar each by the server': (key) => exact.take(key, 1),
    'ashlar with leases of 1000': (key) => leased.take(key, 1),
    [FLEXIBLE]: (key) => flexible.consume(key),
  }
  const samples = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = -1; round < 7; round++) {
    for (const [name, decide] of Object.entries(contenders)) {
      const rate = await decisionsPerSecond(decide, concurrency)
      if (round >= 0) samples.get(name)!.push(rate)
    }
  }
  for (const connection of connections) connection.disconnect()
  await server.stop()
  const title = concurrency === 1 ? 'Redis, one decision after the other' : `Redis, ${concurrency} decisions at a time`
  return [...samples].map(([contender, values]) =>
    summarize({ case: title, contender, unit: 'decisions/s', better: 'higher' }, values),
  )
}

async function decisionsPerSecond(decide: (key: string) => unknown, concurrency: number): Promise<number> {
  const keys = Array.from({ length: 100 }, (_, index) => `192.168.1.${index}`)
  const start = performance.now()
  const end = start + 300
  let count = 0
  async function work(offset: number): Promise<void> {
    for (let index = offset; performance.now() < end; index++) {
      const decided = decide(keys[index % keys.length]!)
      if (decided instanceof Promise) await decided
      count++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, index) => work(index)))
  return (count * 1000) / (performance.now() - start)
}

export const bench: Bench = async () => [
  ...(await hotKey()),
  ...(await hotKeyWithFields()),
  ...(await millionKeys()),
  ...(await onRedis(1)),
  ...(await onRedis(64)),
]
