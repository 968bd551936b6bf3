import { createHash } from 'node:crypto'

import type { Ledger, LimiterDefinition, Standing, Taken } from '@ashlar/ratelimit'

import { type PostgresPool, prepared } from '../client.ts'

interface Row {
  readonly admitted: boolean
  readonly standings: readonly number[]
}

const LONGEST_KEY = 128
const FIGURES = 4

/** Records in a table: every decision is one statement. */
export class PostgresLedger implements Ledger {
  readonly #decide: (values: unknown[]) => Promise<unknown[]>
  readonly #name: string
  readonly #policies: readonly unknown[]
  readonly #used: () => void

  /** @param take the function that decides, in quotes */
  constructor(pool: PostgresPool, take: string, { name, policies }: LimiterDefinition, used: () => void) {
    const statement = `ashlar rate limit ${createHash('sha256').update(take).digest('base64url').slice(0, 12)}`
    this.#decide = prepared(pool, statement, `select admitted, standings from ${take}($1, $2, $3, $4, $5, $6, $7)`)
    this.#name = name
    this.#policies = [
      policies.map(({ kind }) => kind),
      policies.map(({ limit }) => limit),
      policies.map(({ windowMs }) => windowMs),
      policies.map(({ refillPerSecond }) => refillPerSecond / 1000),
    ]
    this.#used = used
  }

  async take(key: string, cost: number): Promise<Taken> {
    const { admitted, standings } = await this.#call(key, cost, false)
    return { admitted, standings: standingsOf(standings) }
  }

  async adjust(key: string, difference: number): Promise<void> {
    await this.#call(key, difference, true)
  }

  async #call(key: string, amount: number, force: boolean): Promise<Row> {
    const [row] = await this.#decide([this.#keyOf(key), amount, force, ...this.#policies])
    this.#used()
    return row as Row
  }

  /** A text column holds no NUL, and an index no long value; those are digested. */
  #keyOf(key: string): string {
    const plain = key.length <= LONGEST_KEY && !key.includes('\0')
    return `${this.#name}:${plain ? key : `#${createHash('sha256').update(key).digest('base64url')}`}`
  }
}

function standingsOf(figures: readonly number[]): Standing[] {
  const standings: Standing[] = []
  for (let index = 0; index + 3 < figures.length; index += FIGURES) {
    const [remaining, growsInMs, resetInMs, retryInMs] = figures.slice(index, index + FIGURES)
    standings.push({ remaining: remaining!, growsInMs: growsInMs!, resetInMs: resetInMs!, retryInMs: retryInMs! })
  }
  return standings
}
