import { ask } from '@ashlar/core/time'

import type { LendingPool, PostgresConnection } from '../client.ts'
import { membersOf } from '../embedded/embedded-pool.ts'
import { borrow } from './in-transaction.ts'

/** By which those who write one log know of each other whether they live. */
export interface Presence {
  /** Makes sure that the others see this one. Cheap where they do already. */
  show(): Promise<void>
  /** Runs `work` where nobody is there by that name, and nobody else does so meanwhile. */
  whereGone(owner: string, work: () => Promise<void>): Promise<void>
  leave(): void
}

/** @param owner a whole number, which stands for this one */
export function presenceOf(pool: LendingPool, timeoutMs: number, owner: string): Presence {
  const members = membersOf(pool)
  return members ? inProcess(members, owner) : new OnServer(pool, timeoutMs, owner)
}

/** Where one process has the whole database. All its connections share a session, and so any lock of one. */
function inProcess(members: Set<string>, owner: string): Presence {
  return {
    async show() {
      members.add(owner)
    },
    async whereGone(other, work) {
      if (members.has(other)) return
      members.add(other)
      try {
        await work()
      } finally {
        members.delete(other)
      }
    },
    leave() {
      members.delete(owner)
    },
  }
}

/** A lock that is held for as long as a connection lives. */
class OnServer implements Presence {
  readonly #pool: LendingPool
  readonly #timeoutMs: number
  readonly #owner: string
  #connection: PostgresConnection | undefined = undefined

  constructor(pool: LendingPool, timeoutMs: number, owner: string) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
    this.#owner = owner
  }

  async show(): Promise<void> {
    if (this.#connection) return
    const client = await borrow(this.#pool, this.#timeoutMs)
    client.on('error', () => {
      if (this.#connection !== client) return
      this.#connection = undefined
      client.release(true)
    })
    try {
      await ask('PostgreSQL', this.#timeoutMs, () => client.query('SELECT pg_advisory_lock($1)', [this.#owner]))
      this.#connection = client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async whereGone(owner: string, work: () => Promise<void>): Promise<void> {
    const connection = this.#connection
    if (!connection) return
    const lock = await connection.query('SELECT pg_try_advisory_lock($1) AS free', [owner])
    if (lock.rows[0].free !== true) return
    await work()
    await connection.query('SELECT pg_advisory_unlock($1)', [owner])
  }

  leave(): void {
    this.#connection?.release(true)
    this.#connection = undefined
  }
}
