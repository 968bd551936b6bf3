import { readOptions } from '@ashlar/core/options'

import { allPresent, grantVersions, type Tables } from '../migrations/tables.ts'
import { createSchema, grantSchema, quotedRole, within } from '../names.ts'
import { schema as schemaOption } from '../postgres-options.ts'

export interface AuditTablesOptions {
  /** Where they are; made if missing. Default: where the connection finds tables first. */
  readonly schema?: string
}

/**
 * The tables of the audit trail, for `migrate()`. Records and checkpoints can only be added: a trigger refuses everything else,
 * also to the tables' owner.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * await migrate(pool, auditTables())
 */
export function auditTables(options: AuditTablesOptions = {}): Tables {
  const { schema } = readOptions('auditTables()', options, { schema: schemaOption })
  const refuse = within(schema)('ashlar_audit_refuse')
  const { records, checkpoints, heads, intents } = auditTableNames(schema)
  return Object.freeze<Tables>({
    name: schema === undefined ? 'audit' : `audit ${schema}`,
    version: 1,
    present: `${allPresent([records, checkpoints, heads, intents])} AND (${areArmed(records, checkpoints)})`,
    sql: `${createSchema(schema)}
CREATE TABLE IF NOT EXISTS ${records} (
  log text NOT NULL,
  seq bigint NOT NULL,
  line text NOT NULL,
  PRIMARY KEY (log, seq)
);
CREATE TABLE IF NOT EXISTS ${checkpoints} (
  log text NOT NULL,
  size bigint NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (log, size)
);
CREATE TABLE IF NOT EXISTS ${heads} (
  log text PRIMARY KEY,
  size bigint NOT NULL,
  prev text NOT NULL,
  frontier text[] NOT NULL
);
CREATE TABLE IF NOT EXISTS ${intents} (
  log text NOT NULL,
  seq bigint NOT NULL,
  owner bigint NOT NULL,
  PRIMARY KEY (log, seq)
);
CREATE OR REPLACE FUNCTION ${refuse}() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $refuse$;
CREATE OR REPLACE TRIGGER ashlar_audit_records_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ${records} EXECUTE FUNCTION ${refuse}();
CREATE OR REPLACE TRIGGER ashlar_audit_checkpoints_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ${checkpoints} EXECUTE FUNCTION ${refuse}();`,
    grants(name) {
      const role = quotedRole(name)
      return `
${grantVersions(role)}
${grantSchema(schema, role)}
REVOKE ALL ON ${records}, ${checkpoints}, ${heads}, ${intents} FROM ${role};
GRANT SELECT, INSERT ON ${records}, ${checkpoints} TO ${role};
GRANT SELECT, INSERT, UPDATE ON ${heads} TO ${role};
GRANT SELECT, INSERT, DELETE ON ${intents} TO ${role};
`
    },
  })
}

/** How the tables are written in statements. */
export interface AuditTableNames {
  readonly records: string
  readonly checkpoints: string
  readonly heads: string
  readonly intents: string
}

export function auditTableNames(schema: string | undefined): AuditTableNames {
  const of = within(schema)
  return {
    records: of('ashlar_audit_records'),
    checkpoints: of('ashlar_audit_checkpoints'),
    heads: of('ashlar_audit_heads'),
    intents: of('ashlar_audit_intents'),
  }
}

/** Whether the triggers are there: without them what is written could be changed. */
function areArmed(...tables: string[]): string {
  return `SELECT count(*) = ${tables.length} FROM pg_trigger WHERE tgname LIKE 'ashlar_audit_%_append_only'
    AND tgenabled <> 'D' AND tgrelid IN (${tables.map((table) => `to_regclass('${table}')`).join(', ')})`
}
