import { type PostgresServer, postgresServer, redisServer } from '@ashlar/testkit'
import pg from 'pg'

import type { DocumentationExample, ExampleServer } from '../../src/documentation-example.ts'

/** The servers that examples of the documentation run against. */
export interface ExampleServers {
  /** Where an example finds what it is marked with, and nothing there yet but what its app has. */
  environment(example: DocumentationExample): Promise<NodeJS.ProcessEnv>
  stop(): Promise<void>
}

/** What the app of an example has already: a role without rights of its own making, and tables. */
const APP = `
CREATE TABLE orders (id integer PRIMARY KEY, state text NOT NULL);
INSERT INTO orders VALUES (7, 'new');
CREATE SCHEMA app;
CREATE TABLE app.posts (id integer PRIMARY KEY, owner_id text NOT NULL);
INSERT INTO app.posts VALUES (1, 'alice'), (2, 'bob');
GRANT CREATE ON SCHEMA public TO orders_app;
GRANT ALL ON orders TO orders_app;
GRANT USAGE ON SCHEMA app TO orders_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.posts TO orders_app;
`

/** @param kinds those that there are on this machine */
export async function exampleServers(kinds: readonly ExampleServer[]): Promise<ExampleServers> {
  const [redis, postgres] = await Promise.all([
    kinds.includes('redis') ? redisServer() : undefined,
    kinds.includes('postgres') ? postgresServer() : undefined,
  ])
  let databases = 0
  return {
    async environment({ servers }) {
      return {
        ...(redis && servers.includes('redis') && { REDIS_URL: redis.url }),
        ...(postgres && servers.includes('postgres') && (await databaseOf(postgres, `example_${++databases}`))),
      }
    },
    async stop() {
      await Promise.all([redis?.stop(), postgres?.stop()] satisfies (Promise<void> | undefined)[])
    },
  }
}

/** A fresh database: for `new pg.Pool()` and `DATABASE_URL` as the app's role, for `OWNER_URL` as its owner. */
async function databaseOf({ url, port }: PostgresServer, database: string): Promise<NodeJS.ProcessEnv> {
  const role = 'orders_app'
  await onServer(url, async (client) => {
    await client.query(`CREATE DATABASE ${database}`)
    const { rows } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
    if (rows.length === 0) await client.query(`CREATE ROLE ${role} LOGIN`)
  })
  const own = new URL(url)
  own.pathname = database
  await onServer(own.href, (client) => client.query(APP))
  const apps = new URL(own)
  apps.username = role
  return {
    OWNER_URL: own.href,
    DATABASE_URL: apps.href,
    ...{ PGHOST: own.hostname, PGPORT: String(port), PGUSER: role, PGDATABASE: database },
  }
}

async function onServer(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}
