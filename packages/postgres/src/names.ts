import { ConfigurationError } from '@ashlar/core'

const ROLE = /^[A-Za-z_][\w$-]{0,62}$/

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
