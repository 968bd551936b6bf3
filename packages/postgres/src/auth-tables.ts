/**
 * The tables of the authentication stores. Run once, by whoever may create tables; safe to run again.
 * The app itself needs SELECT, INSERT and UPDATE on `ashlar_api_keys`, SELECT, INSERT and DELETE on `ashlar_revocations`
 * with USAGE on its sequence, and SELECT, INSERT, UPDATE and DELETE on `ashlar_used_once` and
 * `ashlar_sessions`.
 */
export const AUTH_TABLES: string = `
CREATE TABLE IF NOT EXISTS ashlar_api_keys (
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
CREATE INDEX IF NOT EXISTS ashlar_api_keys_subject ON ashlar_api_keys (subject);
CREATE TABLE IF NOT EXISTS ashlar_revocations (
  position bigserial PRIMARY KEY,
  kind text NOT NULL,
  issuer text NOT NULL,
  id text NOT NULL,
  before bigint,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_revocations_until ON ashlar_revocations (until);
CREATE TABLE IF NOT EXISTS ashlar_used_once (
  name text PRIMARY KEY,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_used_once_until ON ashlar_used_once (until);
CREATE TABLE IF NOT EXISTS ashlar_sessions (
  hash text PRIMARY KEY,
  subject text NOT NULL,
  record jsonb NOT NULL,
  seen_at bigint NOT NULL,
  until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ashlar_sessions_subject ON ashlar_sessions (subject);
CREATE INDEX IF NOT EXISTS ashlar_sessions_until ON ashlar_sessions (until);
`
