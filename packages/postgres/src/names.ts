import { ConfigurationError } from '@ashlar/core'

// They become part of statements, so they can hold nothing but a name.
const NAME = /^[a-z_][a-z0-9_]{0,40}$/
const TABLE = /^([a-z_][a-z0-9_]{0,40}\.)?[a-z_][a-z0-9_]{0,40}$/
const ROLE = /^[A-Za-z_][\w$-]{0,62}$/

/** A table, a schema may stand before it. @throws ConfigurationError `ERR_OPTION_INVALID` */
export function checkTable(where: string, table: unknown): void {
  if (typeof table === 'string' && TABLE.test(table)) return
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "table" is a lower-case name, such as rate_limits.`)
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` */
export function checkSchema(where: string, schema: unknown): void {
  if (schema === undefined || (typeof schema === 'string' && NAME.test(schema))) return
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "schema" is a lower-case name, such as security.`)
}

/** In quotes, so that a name may be a word of SQL. @param after what stands behind the name */
export function quoted(table: string, after = ''): string {
  const parts = table.split('.')
  return [...parts.slice(0, -1), parts.at(-1)! + after].map((part) => `"${part}"`).join('.')
}

/** How a table in a schema is named, or in that which is found first. */
export function within(schema: string | undefined): (table: string) => string {
  return (table) => quoted(schema === undefined ? table : `${schema}.${table}`)
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` */
export function quotedRole(role: unknown): string {
  if (typeof role === 'string' && ROLE.test(role)) return `"${role}"`
  throw new ConfigurationError('ERR_OPTION_INVALID', 'grants(): a role has a plain name.')
}

/** Makes a schema where it is missing, so that a role without the right to make one may do it again. */
export function createSchema(schema: string | undefined): string {
  if (schema === undefined) return ''
  return `DO $schema$ BEGIN IF to_regnamespace('${quoted(schema)}') IS NULL THEN CREATE SCHEMA ${quoted(schema)}; END IF; END $schema$;`
}

export function grantSchema(schema: string | undefined, role: string): string {
  return schema === undefined ? '' : `GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${role};`
}

export function schemaOf(table: string): string | undefined {
  return table.includes('.') ? table.slice(0, table.indexOf('.')) : undefined
}
