import { readOptions } from '@ashlar/core/options'

import { allPresent, grantVersions, type Tables } from '../migrations/tables.ts'
import { createSchema, grantSchema, quotedRole, within } from '../names.ts'
import { schema as schemaOption } from '../postgres-options.ts'

export interface AuthTablesOptions {
  /** Where they are; made if missing. Default: where the connection finds tables first. */
  readonly schema?: string
}

/**
 * The tables of the authentication stores, for `migrate()`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * await migrate(pool, authTables())
 */
export function authTables(options: AuthTablesOptions = {}): Tables {
  const { schema } = readOptions('authTables()', options, { schema: schemaOption })
  const of = within(schema)
  const [keys, revocations, once, sessions] = TABLES.map(of)
  return Object.freeze<Tables>({
    name: schema === undefined ? 'auth' : `auth ${schema}`,
    version: 1,
    present: allPresent(TABLES.map(of)),
    sql: `${createSchema(schema)}
CREATE TABLE IF NOT EXISTS ${of('ashlar_api_keys')} (
  id text PRIMARY KEY,
  hash text NOT NULL UNIQUE,
  environment text NOT NULL,
  subject text NOT NULL,
  name text,
  roles text[] NOT NULL,
  scopes text[] NOT NULL,
  tier text,
  claims jsonb,
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint,
  replaces text
);
CREATE INDEX IF NOT EXISTS ashlar_api_keys_subject ON ${of('ashlar_api_keys')} (subject);
CREATE TABLE IF NOT EXISTS ${of('ashlar_revocations')} (
  position bigserial PRIMARY KEY,
  kind text NOT NULL,
  issuer text NOT NULL,
  id text NOT NULL,
  before bigint,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_revocations_until ON ${of('ashlar_revocations')} (until);
CREATE TABLE IF NOT EXISTS ${of('ashlar_used_once')} (
  name text PRIMARY KEY,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_used_once_until ON ${of('ashlar_used_once')} (until);
CREATE TABLE IF NOT EXISTS ${of('ashlar_sessions')} (
  hash text PRIMARY KEY,
  subject text NOT NULL,
  record jsonb NOT NULL,
  seen_at bigint NOT NULL,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_sessions_subject ON ${of('ashlar_sessions')} (subject);
CREATE INDEX IF NOT EXISTS ashlar_sessions_until ON ${of('ashlar_sessions')} (until);`,
    grants(name) {
      const role = quotedRole(name)
      return `
${grantVersions(role)}
${grantSchema(schema, role)}
GRANT SELECT, INSERT, UPDATE ON ${keys} TO ${role};
GRANT SELECT, INSERT, DELETE ON ${revocations} TO ${role};
GRANT USAGE ON SEQUENCE ${of('ashlar_revocations_position_seq')} TO ${role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ${once}, ${sessions} TO ${role};
`
    },
  })
}

const TABLES = ['ashlar_api_keys', 'ashlar_revocations', 'ashlar_used_once', 'ashlar_sessions']
