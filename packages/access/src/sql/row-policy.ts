import { createHash } from 'node:crypto'

import { quoteName, quoteTable } from './quote.ts'

export type Command = 'select' | 'insert' | 'update' | 'delete'

/** One row-security policy as it is to stand in the database. */
export interface RowPolicy {
  readonly name: string
  readonly table: string
  readonly command: Command
  /** `permissive` policies allow, `restrictive` ones deny. */
  readonly kind: 'permissive' | 'restrictive'
  readonly using: string | undefined
  readonly check: string | undefined
}

/** Policies of ours begin with this. */
export const POLICY_PREFIX = 'ashlar '

export function rowPolicy(
  table: string,
  command: Command,
  kind: RowPolicy['kind'],
  rule: string,
  condition: string,
): RowPolicy {
  const name = shortName(`${POLICY_PREFIX}${command} ${rule}`)
  const using = command === 'insert' ? undefined : condition
  const check = command === 'insert' || command === 'update' ? condition : undefined
  return Object.freeze({ name, table, command, kind, using, check })
}

/**
 * The statement that creates a policy.
 * @param table where it is created; default: where it belongs
 */
export function createPolicy(policy: RowPolicy, table: string = policy.table): string {
  const { name, command, kind, using, check } = policy
  return [
    `CREATE POLICY ${quoteName(name)} ON ${quoteTable(table)}`,
    `AS ${kind.toUpperCase()} FOR ${command.toUpperCase()}`,
    ...(using === undefined ? [] : [`USING (${using})`]),
    ...(check === undefined ? [] : [`WITH CHECK (${check})`]),
  ].join(' ')
}

/** Identifiers have at most 63 bytes. */
function shortName(name: string): string {
  if (name.length <= 63) return name
  return `${name.slice(0, 52)} ${createHash('sha256').update(name).digest('hex').slice(0, 10)}`
}
