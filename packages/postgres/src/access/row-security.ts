import type { RowSecurity } from '@ashlar/access'
import { attributeFunction, createPolicy, PRINCIPAL_SETTING, quoteTable, type RowPolicy } from '@ashlar/access/sql'
import { ConfigurationError } from '@ashlar/core'

import type { PostgresClient } from '../client.ts'
import { inDollars, locked } from '../migrations/locked.ts'
import { carryOut } from '../migrations/migrate.ts'
import { checkPool } from '../postgres-options.ts'
import { transaction } from '../transaction.ts'

/** A pool of `pg`, or anything that lends connections like one. */
export interface Connections<Client extends PostgresClient> {
  connect(): Promise<Client & { release(destroy?: Error | boolean): void }>
}

/**
 * Brings the generated row-level security into the database, all or nothing, one process after the other. Run by the owner of the
 * tables; may be run again.
 * @throws AshlarError `ERR_MIGRATION_FAILED`, with everything as it was
 * @example
 * await migrateRowSecurity(owner, access.rowSecurity([{ table: 'app.posts' }]))
 */
export async function migrateRowSecurity(client: PostgresClient, { statements }: RowSecurity): Promise<void> {
  checkPool('migrateRowSecurity()', client)
  const body = statements.map((statement) => `EXECUTE ${inDollars(statement)};`).join('\n')
  await carryOut(client, locked(body), 'migrateRowSecurity(): row-level security')
}

/**
 * Runs `work` in a transaction in which row-level security decides for a principal. It resolves when that is committed, and
 * rejects also where `work` has caught the error of a statement, after which nothing of it can be committed.
 * @param session what `rowSession` of the access control answers for the principal
 * @example
 * const { rows } = await withPrincipal(pool, access.rowSession(security, ada), (client) => client.query('SELECT * FROM posts'))
 */
export async function withPrincipal<Client extends PostgresClient, Result>(
  pool: Connections<Client>,
  session: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let healthy = false
  try {
    const result = await transaction(client, async () => {
      // Local to the transaction, so the next one on this connection has no principal.
      await client.query('SELECT set_config($1, $2, true)', [PRINCIPAL_SETTING, session])
      return work(client)
    })
    healthy = true
    return result
  } finally {
    client.release(!healthy)
  }
}

/**
 * Checks at start-up, on the connection that the app itself uses, that the database decides as the policies say.
 * @throws ConfigurationError `ERR_ROW_SECURITY_DIFFERS` with every difference: a policy that is missing, changed or not
 * ours, row-level security that is off or not forced, or a role that it does not bind
 * @example
 * await checkRowSecurity(client, access.rowSecurity([{ table: 'app.posts' }]))
 */
export async function checkRowSecurity(connection: PostgresClient, security: RowSecurity): Promise<void> {
  const differences: string[] = []
  await connection.query('BEGIN')
  try {
    differences.push(...(await roleDifferences(connection)), ...(await functionDifferences(connection)))
    for (const [index, { table }] of security.tables.entries()) {
      const expected = security.policies.filter((policy) => policy.table === table)
      differences.push(...(await tableDifferences(connection, table, expected, `ashlar_expected_${index}`)))
    }
  } finally {
    await connection.query('ROLLBACK')
  }
  if (differences.length > 0) {
    throw new ConfigurationError(
      'ERR_ROW_SECURITY_DIFFERS',
      `The database does not hold the row-level security that the policies ask for: ${differences.join('; ')}.`,
    )
  }
}

async function roleDifferences(connection: PostgresClient): Promise<readonly string[]> {
  const { rows } = await connection.query(
    'SELECT rolname, rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user',
  )
  return rows[0]?.free === false ? [] : [`the role "${rows[0]?.rolname}" is not bound by row-level security`]
}

/** PostgreSQL is asked to write down what it should hold as well, so that like is compared with like. */
async function functionDifferences(connection: PostgresClient): Promise<readonly string[]> {
  await connection.query(attributeFunction('pg_temp'))
  const { rows } = await connection.query(`
    SELECT count(DISTINCT pg_get_function_sqlbody(p.oid)) = 1 AND count(*) = 2 AS same
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = 'attribute' AND (n.nspname = 'ashlar' OR n.oid = pg_my_temp_schema())`)
  return rows[0]?.same === true ? [] : ['the function ashlar.attribute is missing or changed']
}

interface Stored {
  readonly name: string
  readonly permissive: boolean
  readonly command: string
  readonly everybody: boolean
  readonly using: string | null
  readonly check: string | null
}

async function tableDifferences(
  connection: PostgresClient,
  table: string,
  expected: readonly RowPolicy[],
  copy: string,
): Promise<readonly string[]> {
  const { rows: tables } = await connection.query(
    'SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = to_regclass($1)',
    [quoteTable(table)],
  )
  if (tables.length === 0) return [`there is no table ${table}`]
  const differences: string[] = []
  if (!tables[0].enabled) differences.push(`row-level security of ${table} is off`)
  if (!tables[0].forced) differences.push(`row-level security of ${table} does not bind its owner`)
  await connection.query(`CREATE TEMPORARY TABLE ${copy} (LIKE ${quoteTable(table)}) ON COMMIT DROP`)
  for (const policy of expected) await connection.query(createPolicy(policy, copy))
  const wanted = await storedPolicies(connection, copy)
  const found = await storedPolicies(connection, quoteTable(table))
  for (const [name, policy] of wanted) {
    const present = found.get(name)
    if (!present) differences.push(`${table} lacks the policy "${name}"`)
    else if (JSON.stringify(present) !== JSON.stringify(policy)) differences.push(`"${name}" of ${table} is changed`)
  }
  for (const name of found.keys()) {
    if (!wanted.has(name)) differences.push(`${table} has the policy "${name}", which is not generated`)
  }
  return differences
}

async function storedPolicies(connection: PostgresClient, table: string): Promise<ReadonlyMap<string, Stored>> {
  const { rows } = await connection.query(
    `SELECT polname AS name, polpermissive AS permissive, polcmd::text AS command, polroles = '{0}' AS everybody,
       pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS "check"
     FROM pg_policy WHERE polrelid = $1::regclass ORDER BY polname`,
    [table],
  )
  return new Map((rows as Stored[]).map((row) => [row.name, row]))
}
