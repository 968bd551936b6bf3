import { MerkleTree } from '@ashlar/audit'
import { type ChainHead, extend, genesisOf, type Pending } from '@ashlar/audit/storage'

import type { PostgresClient } from '../client.ts'
import type { AuditTableNames } from './audit-tables.ts'

/** One log's rows, within a transaction of somebody else's. */
export interface LogRows {
  readonly tables: AuditTableNames
  readonly log: string
  readonly origin: string
  /** Stands for this process among those that write the log. */
  readonly owner: string
}

export interface Appended {
  readonly first: number
  readonly head: ChainHead
}

/**
 * Appends records within a transaction. The log's head is locked until that ends, so that what is written by several
 * processes is one chain, and what is rolled back leaves no gap.
 */
export async function appendRows(client: PostgresClient, rows: LogRows, batch: readonly Pending[]): Promise<Appended> {
  const before = await lockHead(client, rows)
  const { text, first, head } = extend(
    before,
    batch.map(({ body }) => body),
  )
  const lines = text.split('\n').slice(0, -1)
  await client.query(
    `INSERT INTO ${rows.tables.records} (log, seq, line)
     SELECT $1, $2::bigint + ordinality - 1, line FROM unnest($3::text[]) WITH ORDINALITY AS added (line, ordinality)`,
    [rows.log, first, lines],
  )
  await client.query(`UPDATE ${rows.tables.heads} SET size = $2, prev = $3, frontier = $4 WHERE log = $1`, [
    rows.log,
    head.tree.size,
    head.prev,
    head.tree.frontier.map((node) => node.toString('base64url')),
  ])
  await keepIntents(client, rows, batch, first)
  return { first, head }
}

async function lockHead(client: PostgresClient, { tables, log, origin }: LogRows): Promise<ChainHead> {
  const select = `SELECT size, prev, frontier FROM ${tables.heads} WHERE log = $1 FOR UPDATE`
  let { rows } = await client.query(select, [log])
  if (rows.length === 0) {
    await client.query(
      `INSERT INTO ${tables.heads} (log, size, prev, frontier) VALUES ($1, 0, $2, '{}') ON CONFLICT DO NOTHING`,
      [log, genesisOf(origin)],
    )
    rows = (await client.query(select, [log])).rows
  }
  const { size, prev, frontier } = rows[0] as HeadRow
  return {
    prev,
    tree: new MerkleTree(
      Number(size),
      frontier.map((node) => Buffer.from(node, 'base64url')),
    ),
  }
}

async function keepIntents(
  client: PostgresClient,
  { tables, log, owner }: LogRows,
  batch: readonly Pending[],
  first: number,
): Promise<void> {
  const opened = batch.flatMap(({ opens }, index) => (opens ? [first + index] : []))
  const closed = batch.flatMap(({ closes }) => (closes === undefined ? [] : [closes]))
  if (opened.length > 0) {
    await client.query(
      `INSERT INTO ${tables.intents} (log, seq, owner) SELECT $1, seq, $2 FROM unnest($3::bigint[]) AS opened (seq)`,
      [log, owner, opened],
    )
  }
  if (closed.length > 0) {
    await client.query(`DELETE FROM ${tables.intents} WHERE log = $1 AND seq = ANY ($2::bigint[])`, [log, closed])
  }
}

interface HeadRow {
  readonly size: string
  readonly prev: string
  readonly frontier: readonly string[]
}
