import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { memoryRateLimits, tokenBucket } from '@ashlar/ratelimit'
import { MemoryStore } from 'express-rate-limit'
import { RateLimiterMemory } from 'rate-limiter-flexible'

import { ASHLAR, EXPRESS_RATE_LIMIT, FLEXIBLE, type Million } from './contenders.ts'

/** One contender in a process of its own: what a million keys cost it, in time, in memory and in pauses. */
const KEYS = 1_000_000
const WINDOW_MS = 86_400_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

type Touch = (key: string) => unknown

const touches: Readonly<Record<string, () => Touch>> = {
  [ASHLAR]() {
    const policies = [tokenBucket({ capacity: 100, refillPerSecond: 100 / (WINDOW_MS / 1000) })]
    const ledger = memoryRateLimits().open({ name: 'million', policies })
    return (key) => ledger.take(key, 1)
  },
  [FLEXIBLE]() {
    const limiter = new RateLimiterMemory({ points: 100, duration: WINDOW_MS / 1000 })
    return (key) => limiter.consume(key)
  },
  [EXPRESS_RATE_LIMIT]() {
    const store = new MemoryStore()
    store.init({ windowMs: WINDOW_MS } as never)
    return (key) => store.increment(key)
  },
}

/** Made anew for each touch, as a request's would be, so that a store pays for keeping it. */
function keyOf(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
}

async function memory(): Promise<number> {
  collect()
  // The memory of buffers that are gone is freed between two turns.
  await new Promise((resolve) => setTimeout(resolve, 50))
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const BATCH = 1000

/** In an order that no cache foresees: multiplied by a number that has no factor in common with a million. */
function batchFrom(start: number): string[] {
  return Array.from({ length: BATCH }, (_, index) => keyOf(((start + index) * 387_420_489) % KEYS))
}

/** Nanoseconds a touch; making the keys is not measured. */
async function pass(touch: Touch): Promise<number> {
  let spent = 0
  for (let start = 0; start < KEYS; start += BATCH) {
    const keys = batchFrom(start)
    const begin = performance.now()
    for (const key of keys) {
      const touched = touch(key)
      if (touched instanceof Promise) await touched
    }
    spent += performance.now() - begin
  }
  return (spent * 1e6) / KEYS
}

/** The longest that one touch took, in milliseconds, while a million keys come in. */
async function longestStall(touch: Touch): Promise<number> {
  let longest = 0
  for (let start = 0; start < KEYS; start += BATCH) {
    const keys = batchFrom(start)
    for (const key of keys) {
      const begin = performance.now()
      const touched = touch(key)
      if (touched instanceof Promise) await touched
      longest = Math.max(longest, performance.now() - begin)
    }
  }
  return longest
}

const make = touches[process.argv[2]!]!
const touch = make()
const empty = await memory()
const firstNs = await pass(touch)
const bytes = ((await memory()) - empty) / KEYS
const againNs = await pass(touch)
const result: Million = { firstNs, againNs, bytes, stallMs: await longestStall(make()) }
process.send!(result, () => process.exit(0))
