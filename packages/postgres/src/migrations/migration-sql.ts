import { ConfigurationError } from '@ashlar/core'

import { inDollars, locked } from './locked.ts'
import type { Tables } from './tables.ts'

const OLDEST_SERVER = 140_000

/**
 * One statement that brings tables to the version of this release, for `psql` or a migration tool; `migrate()` runs it.
 * All of it is done or nothing, one process after the other. It may be run again.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example
 * writeFileSync('migrations/012-ashlar.sql', migrationSql(authTables(), auditTables()))
 */
export function migrationSql(...tables: readonly Tables[]): string {
  check(tables)
  return locked(
    `IF current_setting('server_version_num')::int < ${OLDEST_SERVER} THEN
  RAISE EXCEPTION 'PostgreSQL 14 or later is needed, this is %', current_setting('server_version')
    USING ERRCODE = '0A000';
END IF;
IF to_regclass('ashlar_migrations') IS NULL THEN
  CREATE TABLE ashlar_migrations (
    name text PRIMARY KEY,
    version integer NOT NULL,
    migrated_at timestamptz NOT NULL DEFAULT now()
  );
END IF;
${tables.map(step).join('\n')}`,
    'known integer;',
  )
}

function step({ name, version, sql, present }: Tables): string {
  return `known := (SELECT version FROM ashlar_migrations WHERE name = '${name}');
IF known > ${version} AND NOT (${present}) THEN
  RAISE EXCEPTION 'a later release has made the tables of "${name}", and they are not there' USING ERRCODE = '55000';
END IF;
IF known IS NULL OR known < ${version} OR NOT (${present}) THEN
  EXECUTE ${inDollars(sql)};
  INSERT INTO ashlar_migrations AS known_version (name, version) VALUES ('${name}', ${version})
    ON CONFLICT (name) DO UPDATE SET version = ${version}, migrated_at = now();
END IF;`
}

function check(tables: readonly Tables[]): void {
  if (tables.length === 0) {
    throw new ConfigurationError('ERR_OPTION_MISSING', 'migrate(): name the tables to make, such as authTables().')
  }
  for (const [index, given] of tables.entries()) {
    const { name, version, sql, present } = (given ?? {}) as Partial<Tables>
    if (typeof sql === 'string' && typeof present === 'string' && Number.isInteger(version) && isName(name)) continue
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `migrate(): the ${ordinal(index)} value is no tables, such as authTables().`,
    )
  }
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[\w. -]{1,120}$/.test(name)
}

function ordinal(index: number): string {
  return ['first', 'second', 'third'][index] ?? `${index + 1}th`
}
