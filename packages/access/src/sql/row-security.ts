import { group, listOf, OptionPlace, type OptionTable, optional, text } from '@ashlar/core/options'

import type { CompiledPolicy } from '../policies/policy-index.ts'
import { askedPermission } from '../roles/permission.ts'
import type { RuleSet } from '../rule-set.ts'
import { quoteTable, quoteText } from './quote.ts'
import { type Command, createPolicy, POLICY_PREFIX, type RowPolicy, rowPolicy } from './row-policy.ts'
import { SESSION } from './session-source.ts'
import { type Columns, columnNames, sqlCondition, textOf } from './sql-condition.ts'

/** A table whose rows the policies protect. */
export interface ProtectedTable {
  /** `posts` or `app.posts`. */
  readonly table: string
  /** The kind of resource that its rows are. Default: the table's name without its schema. */
  readonly resource?: string
  /** Columns that are not called like their attribute. Default none. */
  readonly columns?: Readonly<Record<string, string>>
  /**
   * The action that each command asks for. Default `select: 'read'`, `insert: 'create'`, `update: 'update'`,
   * `delete: 'delete'`; a command that is left out of what is given is refused for everybody.
   */
  readonly commands?: Partial<Readonly<Record<Command, string>>>
}

/** Everything that PostgreSQL must hold, and the statements that bring it there. */
export interface RowSecurity {
  readonly policies: readonly RowPolicy[]
  /** The tables, and the permissions that their policies ask for. */
  readonly tables: readonly { readonly table: string; readonly permissions: readonly string[] }[]
  /** Run in one transaction by the owner of the tables. May be run again. */
  readonly statements: readonly string[]
  /** The same as one script. */
  readonly sql: string
}

/** The name of the setting that holds the principal of a transaction. */
export const PRINCIPAL_SETTING = 'ashlar.principal'

const COMMANDS: readonly Command[] = ['select', 'insert', 'update', 'delete']
const DEFAULT_COMMANDS: Readonly<Record<Command, string>> = {
  select: 'read',
  insert: 'create',
  update: 'update',
  delete: 'delete',
}
const TABLE = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)?$/

/** Creates the function that reads one attribute of the principal of a transaction; NULL without one. */
export function attributeFunction(schema: string): string {
  return `CREATE OR REPLACE FUNCTION ${schema}.attribute(name text) RETURNS jsonb
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('${PRINCIPAL_SETTING}', true), '')::jsonb -> name`
}

const TABLES = listOf(
  group({
    table: text({ pattern: TABLE, says: 'a table’s name, such as "app.posts"', quote: true }),
    resource: optional(text({ quote: true })),
    columns: optional(columnNames),
    commands: optional(
      group({
        select: optional(text({ quote: true })),
        insert: optional(text({ quote: true })),
        update: optional(text({ quote: true })),
        delete: optional(text({ quote: true })),
      } satisfies OptionTable<NonNullable<ProtectedTable['commands']>>),
    ),
  } satisfies OptionTable<ProtectedTable>),
)

/**
 * Row-level security that decides as `can` does: allow becomes permissive, deny restrictive.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN`, and `ERR_POLICY_INVALID` for a policy that SQL can't say
 */
export function rowSecurity(rules: RuleSet, tables: readonly ProtectedTable[]): RowSecurity {
  const at = new OptionPlace('rowSecurity()', 'tables')
  const read = TABLES(tables, at)
  for (const [index, { table }] of read.entries()) {
    // The statements for the second would drop the policies of the first.
    const first = read.findIndex((other) => other.table === table)
    if (first !== index) throw at.in(index).in('table').invalid(`another one than that of tables[${first}]`)
  }
  const built = read.map((table, index) => tablePolicies(rules, table, at.in(index)))
  const policies = built.flatMap((table) => table.policies)
  const statements = [
    'CREATE SCHEMA IF NOT EXISTS ashlar',
    'GRANT USAGE ON SCHEMA ashlar TO PUBLIC',
    attributeFunction('ashlar'),
    ...built.flatMap(({ table, policies: own }) => [
      `ALTER TABLE ${quoteTable(table)} ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${quoteTable(table)} FORCE ROW LEVEL SECURITY`,
      dropOurs(table),
      ...own.map((policy) => createPolicy(policy)),
    ]),
  ]
  return Object.freeze({
    policies,
    tables: built.map(({ table, permissions }) => ({ table, permissions })),
    statements,
    sql: `BEGIN;\n${statements.join(';\n')};\nCOMMIT;\n`,
  })
}

type ReadTable = ReturnType<typeof TABLES>[number]

function tablePolicies(
  rules: RuleSet,
  { table, resource = table.split('.').at(-1)!, columns: names, commands = DEFAULT_COMMANDS }: ReadTable,
  at: OptionPlace,
): { readonly table: string; readonly permissions: readonly string[]; readonly policies: readonly RowPolicy[] } {
  const asked = COMMANDS.filter((command) => commands[command] !== undefined).map((command) => {
    const permission = askedPermission(`${resource}:${commands[command]}`, at.in('commands').in(command))
    return { command, text: permission.text }
  })
  const policies = asked.flatMap(({ command, text }) => {
    const plan = rules.index.plan(text)!
    const columns: Columns = { names }
    const condition = ({ tree }: CompiledPolicy): string => textOf(sqlCondition(tree, SESSION, columns))
    const roles = `(SELECT coalesce(ashlar.attribute('granted') ? ${quoteText(text)}, false))`
    return [
      rowPolicy(table, command, 'permissive', 'roles', roles),
      ...plan.allows.map((policy) => rowPolicy(table, command, 'permissive', `allow ${policy.id}`, condition(policy))),
      ...plan.denies.map((policy) =>
        rowPolicy(table, command, 'restrictive', `deny ${policy.id}`, `NOT (${condition(policy)})`),
      ),
    ]
  })
  return { table, permissions: asked.map(({ text }) => text), policies }
}

function dropOurs(table: string): string {
  return `DO $ashlar$ DECLARE policy text; BEGIN
  FOR policy IN SELECT polname FROM pg_policy WHERE polrelid = ${quoteText(quoteTable(table))}::regclass AND polname LIKE '${POLICY_PREFIX}%'
  LOOP EXECUTE format('DROP POLICY %I ON ${quoteTable(table).replaceAll("'", "''")}', policy); END LOOP; END $ashlar$`
}
