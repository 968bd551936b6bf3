/** Tables that a store needs, for `migrate()`. */
export interface Tables {
  /** By what they are known in the record of versions. */
  readonly name: string
  /** Counts up with each release that changes them. What a newer release has made, an older one leaves alone. */
  readonly version: number
  /** Brings them from any earlier version to this one. May be run again. */
  readonly sql: string
  /** An expression of SQL: whether they are there. */
  readonly present: string
  /**
   * What an app's own role needs, and no more. Run after `migrate()`, by the tables' owner.
   * @throws ConfigurationError `ERR_OPTION_INVALID` for a name that is none
   */
  grants(role: string): string
}

/** That there are such tables. @param tables in quotes */
export function allPresent(tables: readonly string[]): string {
  return tables.map((table) => `to_regclass('${table}') IS NOT NULL`).join(' AND ')
}

/** With what has been migrated: an app that asks for nothing new needs no other right. */
export function grantVersions(role: string): string {
  return `GRANT SELECT ON ashlar_migrations TO ${role};`
}
