import { createHash } from 'node:crypto'

import type { Ledger, LimiterDefinition, Standing, Taken } from '@ashlar/ratelimit'

/** The part of a `pg` pool or client that is needed. */
export interface Queryable {
  query(query: { name?: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>
}

interface Row {
  readonly admitted: boolean
  readonly standings: readonly number[]
}

const LONGEST_KEY = 128
const FIGURES = 4

/** Records in a table: every decision is one statement. */
export class PostgresLedger implements Ledger {
  readonly #database: Queryable
  readonly #text: string
  readonly #statement: string
  readonly #name: string
  readonly #policies: readonly unknown[]
  readonly #used: () => void

  constructor(database: Queryable, table: string, { name, policies }: LimiterDefinition, used: () => void) {
    this.#database = database
    this.#text = `select admitted, standings from ${table}_take($1, $2, $3, $4, $5, $6, $7)`
    // Prepared once on each connection.
    this.#statement = `ashlar rate limit ${createHash('sha256').update(table).digest('base64url').slice(0, 12)}`
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
    const values = [this.#keyOf(key), amount, force, ...this.#policies]
    const { rows } = await this.#database.query({ name: this.#statement, text: this.#text, values })
    this.#used()
    return rows[0] as Row
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
