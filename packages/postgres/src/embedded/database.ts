import type { Duplex } from 'node:stream'

/** A database in this process that clients of `pg` connect to. */
export interface Database {
  /** The client's end of a new connection, in the place of a socket. */
  stream(): Duplex
  /** Carries out what has been sent, ends every connection and closes the files. */
  close(): Promise<void>
}

export interface DatabaseSettings {
  readonly folder: string | undefined
  readonly durable: boolean
  /** How long a statement waits for another connection's transaction. */
  readonly timeout: number
  /** Told when the database ends by itself; it is opened again. */
  readonly onError: (error: unknown) => void
}

/** How soon after one start it is tried again. */
export const RESTART_MS = 1000
