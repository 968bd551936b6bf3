import type { Link } from '@ashlar/core/stores'

import type { PostgresClient } from './client.ts'
import { membersOf } from './embedded/embedded-pool.ts'

/** A client of `pg`, which knows what it was given, what the address says, and what stands in the environment. */
interface ConnectionParameters {
  readonly host?: string | null
  readonly ssl?: unknown
}

interface PgClient {
  readonly connectionParameters?: ConnectionParameters
}

interface PgPool extends PgClient {
  readonly options?: object
  readonly Client?: new (options: object) => PgClient
}

/** How a pool or a client reaches its server. `undefined` for what is not of `pg`. */
export function linksOf(pool: PostgresClient): readonly Link[] | undefined {
  if (isHere(pool)) return []
  const parameters = parametersOf(pool as unknown as PgPool)
  if (!parameters) return undefined
  const { host, ssl } = parameters
  return [{ host: host || 'localhost', tls: ssl ? (typeof ssl === 'object' ? ssl : {}) : undefined }]
}

/** An embedded database, or PGlite itself. */
function isHere(pool: PostgresClient): boolean {
  return membersOf(pool) !== undefined || 'execProtocolRaw' in pool
}

/** A pool makes its clients when it needs them: one that is made like them, and connects to nothing, says what they will do. */
function parametersOf({ connectionParameters, options, Client }: PgPool): ConnectionParameters | undefined {
  if (connectionParameters) return connectionParameters
  try {
    return Client && options && new Client(options).connectionParameters
  } catch {
    // A class of somebody else's, or an address that pg does not understand, which it says itself when it connects.
    return undefined
  }
}
