import { ConfigurationError } from '@ashlar/core'

/**
 * The tables of the audit trail. Run once, by whoever may create tables; safe to run again. Records and checkpoints can
 * only be added: a trigger refuses everything else, also to the tables' owner.
 */
export const AUDIT_TABLES: string = `
CREATE TABLE IF NOT EXISTS ashlar_audit_records (
  log text NOT NULL,
  seq bigint NOT NULL,
  line text NOT NULL,
  PRIMARY KEY (log, seq)
);
CREATE TABLE IF NOT EXISTS ashlar_audit_checkpoints (
  log text NOT NULL,
  size bigint NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (log, size)
);
CREATE TABLE IF NOT EXISTS ashlar_audit_heads (
  log text PRIMARY KEY,
  size bigint NOT NULL,
  prev text NOT NULL,
  frontier text[] NOT NULL
);
CREATE TABLE IF NOT EXISTS ashlar_audit_intents (
  log text NOT NULL,
  seq bigint NOT NULL,
  owner bigint NOT NULL,
  PRIMARY KEY (log, seq)
);
CREATE OR REPLACE FUNCTION ashlar_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE OR REPLACE TRIGGER ashlar_audit_records_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ashlar_audit_records EXECUTE FUNCTION ashlar_audit_refuse();
CREATE OR REPLACE TRIGGER ashlar_audit_checkpoints_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ashlar_audit_checkpoints EXECUTE FUNCTION ashlar_audit_refuse();
`

/**
 * What the app's own role needs, and no more. Run after `AUDIT_TABLES`, by their owner.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a name that is none
 */
export function auditGrants(role: string): string {
  if (!/^[A-Za-z_][\w$]{0,62}$/.test(role)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'auditGrants(): a role has a plain name.')
  }
  return `
REVOKE ALL ON ashlar_audit_records, ashlar_audit_checkpoints, ashlar_audit_heads, ashlar_audit_intents FROM "${role}";
GRANT SELECT, INSERT ON ashlar_audit_records, ashlar_audit_checkpoints TO "${role}";
GRANT SELECT, INSERT, UPDATE ON ashlar_audit_heads TO "${role}";
GRANT SELECT, INSERT, DELETE ON ashlar_audit_intents TO "${role}";
`
}
