import { createHash } from 'node:crypto'

import type { Ledger, LimiterDefinition, Policy, Standing, Taken } from '@ashlar/ratelimit'

import type { Commands } from '../commands.ts'
import type { Script } from '../script.ts'
import { Denials } from './denials.ts'
import { bucketScript, SEVERAL, TOLERANCE, windowScript } from './scripts.ts'

const KINDS = { 'token-bucket': 1, 'fixed-window': 2, 'sliding-window': 3 } as const
const LONGEST_KEY = 128

/** A decision that may have taken more than was asked for. */
export interface Grant extends Taken {
  readonly granted: number
}

/** Records in Redis: every decision is one script on one key. */
export class RedisLedger implements Ledger {
  readonly #commands: Commands
  readonly #prefix: string
  readonly #policies: readonly string[]
  readonly #denials: Denials
  readonly #quick: Quick | undefined

  constructor(commands: Commands, prefix: string, { name, policies }: LimiterDefinition, denialCacheMs: number) {
    this.#commands = commands
    this.#prefix = `${prefix}:${name}:`
    this.#policies = policies.flatMap(argumentsOf)
    this.#denials = new Denials(denialCacheMs)
    this.#quick = policies.length === 1 ? quickOf(policies[0]!) : undefined
  }

  take(key: string, cost: number): Taken | Promise<Taken> {
    const denial = this.#denials.find(key, cost)
    if (denial) return denial
    const quick = this.#quick
    if (!quick) return this.lease(key, cost, cost)
    return this.#commands.run(quick.script, [this.#keyOf(key)], [cost]).then((answer) => {
      const taken = quick.read(answer, cost)
      if (!taken.admitted) this.#denials.remember(key, cost, taken)
      return taken
    })
  }

  /** Takes up to `most`, but never more than half of what is left beyond `cost`, so that others find something as well. */
  lease(key: string, cost: number, most: number): Grant | Promise<Grant> {
    const denial = this.#denials.find(key, cost)
    return denial ? { ...denial, granted: 0 } : this.#ask(key, cost, most)
  }

  async adjust(key: string, difference: number): Promise<void> {
    this.#denials.forget(key)
    await this.#commands.run(SEVERAL, [this.#keyOf(key)], [difference, difference, 1, ...this.#policies])
  }

  async #ask(key: string, cost: number, most: number): Promise<Grant> {
    const values = [cost, most, 0, ...this.#policies]
    const answer = await this.#commands.run(SEVERAL, [this.#keyOf(key)], values)
    const [granted = -1, ...figures] = answer as number[]
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

/** A script for one policy, and what its answer means. */
interface Quick {
  readonly script: Script
  read(answer: unknown, cost: number): Taken
}

function quickOf(policy: Policy): Quick | undefined {
  const { kind, limit, windowMs, refillPerSecond } = policy
  if (kind === 'token-bucket') {
    return {
      script: bucketScript(limit, refillPerSecond / 1000),
      read(answer, cost) {
        const debt = answer as number
        if (debt >= 0) return { admitted: true, standings: [bucketStanding(policy, debt / 1e6, 0)] }
        return { admitted: false, standings: [bucketStanding(policy, (-1 - debt) / 1e6, cost)] }
      },
    }
  }
  if (kind === 'fixed-window') {
    return {
      script: windowScript(limit, windowMs),
      read(answer) {
        const [used, micros] = answer as [number, number]
        const admitted = used >= 0
        return { admitted, standings: [windowStanding(limit, admitted ? used : -1 - used, micros / 1000, admitted)] }
      },
    }
  }
  return undefined
}

function windowStanding(limit: number, used: number, leftMs: number, admitted: boolean): Standing {
  const rest = used > 0 ? leftMs : 0
  return { remaining: Math.max(0, limit - used), growsInMs: rest, resetInMs: rest, retryInMs: admitted ? 0 : leftMs }
}

function argumentsOf({ kind, limit, windowMs, refillPerSecond }: Policy): string[] {
  return [KINDS[kind], limit, windowMs, refillPerSecond / 1000].map(String)
}

function bucketStanding({ limit, refillPerSecond }: Policy, debt: number, refused: number): Standing {
  const perMs = refillPerSecond / 1000
  const available = limit - debt
  const remaining = Math.max(0, Math.floor(available + TOLERANCE))
  const missing = (amount: number): number => Math.max(0, (amount - available) / perMs)
  return {
    remaining,
    growsInMs: remaining < limit ? missing(remaining + 1) : 0,
    resetInMs: missing(limit),
    retryInMs: available + TOLERANCE < refused ? missing(refused) : 0,
  }
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
