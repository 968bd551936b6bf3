import type { PostgresClient } from './client.ts'

/** Set for as long as the transaction lasts that `transaction()` has begun. */
const BEGIN = "BEGIN; SET LOCAL ashlar.transaction TO 'open'"

/**
 * PostgreSQL answers COMMIT with success also where it rolls back, since a statement had failed, and where there is no
 * transaction any more; only the tag of its answer differs, which not every client hands on. Here either is an error.
 */
const COMMIT = `DO $ashlar$ BEGIN
IF current_setting('ashlar.transaction', true) IS DISTINCT FROM 'open' THEN
  RAISE EXCEPTION 'the transaction was ended before its work was done' USING ERRCODE = '25000';
END IF;
END $ashlar$; COMMIT`

/**
 * Runs `work` in a transaction. Resolves when that is committed; in every other case, also where `work` has caught the error
 * of a statement or has ended the transaction itself, it rejects, and what is left of it is rolled back.
 * @param settings more statements of its beginning, each with `;` before it
 */
export async function transaction<Result>(
  connection: PostgresClient,
  work: () => Promise<Result>,
  settings = '',
): Promise<Result> {
  await connection.query(BEGIN + settings)
  try {
    const result = await work()
    await connection.query(COMMIT)
    return result
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
