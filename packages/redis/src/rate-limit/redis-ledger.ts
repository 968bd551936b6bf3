import { createHash } from 'node:crypto'

import type { Ledger, LimiterDefinition, Policy, Standing, Taken } from '@ashlar/ratelimit'

import { Denials } from './denials.ts'
import { runScript, type ScriptRunner } from './script.ts'

const KINDS = { 'token-bucket': 1, 'fixed-window': 2, 'sliding-window': 3 } as const
const LONGEST_KEY = 128

/** A decision that may have taken more than was asked for. */
export interface Grant extends Taken {
  readonly granted: number
}

/** Records in Redis: every decision is one script on one key. */
export class RedisLedger implements Ledger {
  readonly #redis: ScriptRunner
  readonly #prefix: string
  readonly #policies: readonly (string | number)[]
  readonly #denials: Denials

  constructor(redis: ScriptRunner, prefix: string, { name, policies }: LimiterDefinition, denialCacheMs: number) {
    this.#redis = redis
    this.#prefix = `${prefix}:${name}:`
    this.#policies = policies.flatMap(argumentsOf)
    this.#denials = new Denials(denialCacheMs)
  }

  take(key: string, cost: number): Taken | Promise<Taken> {
    return this.#denials.find(key, cost) ?? this.#ask(key, cost, cost)
  }

  /** Takes up to `most`, but never more than half of what is left beyond `cost`, so that others find something as well. */
  lease(key: string, cost: number, most: number): Grant | Promise<Grant> {
    const denial = this.#denials.find(key, cost)
    return denial ? { ...denial, granted: 0 } : this.#ask(key, cost, most)
  }

  async adjust(key: string, difference: number): Promise<void> {
    this.#denials.forget(key)
    await runScript(this.#redis, this.#keyOf(key), [difference, difference, 1, ...this.#policies])
  }

  async #ask(key: string, cost: number, most: number): Promise<Grant> {
    const [granted = -1, ...figures] = await runScript(this.#redis, this.#keyOf(key), [
      cost,
      most,
      0,
      ...this.#policies,
    ])
    const grant: Grant = { admitted: granted !== -1, granted, standings: standingsOf(figures) }
    if (!grant.admitted) this.#denials.remember(key, cost, grant)
    return grant
  }

  /** In braces, so that a cluster keeps all of a caller's records on one node. Long keys are digested. */
  #keyOf(key: string): string {
    const short = key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64url')
    return `${this.#prefix}{${short}}`
  }
}

function argumentsOf({ kind, limit, windowMs, refillPerSecond }: Policy): (string | number)[] {
  return [KINDS[kind], limit, windowMs, refillPerSecond / 1000]
}

function standingsOf(figures: readonly number[]): Standing[] {
  const standings: Standing[] = []
  for (let index = 0; index + 3 < figures.length; index += 4) {
    standings.push({
      remaining: figures[index]!,
      growsInMs: figures[index + 1]! / 1000,
      resetInMs: figures[index + 2]! / 1000,
      retryInMs: figures[index + 3]! / 1000,
    })
  }
  return standings
}
