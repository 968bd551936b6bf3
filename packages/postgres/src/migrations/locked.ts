import { createHash } from 'node:crypto'

/** Any two numbers that nobody else locks. */
const LOCK = 'pg_advisory_xact_lock(1634887784, 1)'

/**
 * One statement that does what changes the database: all of it or nothing, and one process at a time. PostgreSQL's own "if not
 * exists" fails where two sessions do it at once.
 * @param body of a block of PL/pgSQL
 */
export function locked(body: string, declare = ''): string {
  return `DO ${inDollars(`${declare === '' ? '' : `DECLARE ${declare}\n`}BEGIN
PERFORM ${LOCK};
${body}
END`)}`
}

/** A text as a constant of SQL, whatever is in it. */
export function inDollars(text: string): string {
  const tag = `$ashlar_${createHash('sha256').update(text).digest('hex').slice(0, 16)}$`
  return `${tag}${text}${tag}`
}
