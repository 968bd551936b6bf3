import { createHash } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

import type { Attribute } from '../policies/attributes.ts'
import type { CompiledPolicy } from '../policies/policy-index.ts'
import type { ValueType } from '../policies/value-type.ts'
import { readPermission } from '../roles/permission.ts'
import type { RuleSet } from '../rule-set.ts'
import { quoteName, quoteTable, quoteText } from './quote.ts'
import { type Columns, levelRank, SQL_TYPES, type SqlSource, sqlCondition, textOf } from './sql-condition.ts'

export type Command = 'select' | 'insert' | 'update' | 'delete'

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
/** Policies of ours begin with this. */
export const POLICY_PREFIX = 'ashlar '

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

/**
 * Row-level security that decides as `can` does: allow becomes permissive, deny restrictive.
 * @throws ConfigurationError `ERR_OPTION_INVALID`, `ERR_OPTION_UNKNOWN`, and `ERR_POLICY_INVALID` for a policy that SQL can't say
 */
export function rowSecurity(rules: RuleSet, tables: readonly ProtectedTable[]): RowSecurity {
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'rowSecurity(): expected a list of tables.')
  }
  const built = tables.map((table, index) => tablePolicies(rules, table, `rowSecurity(): tables[${index}]`))
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

function tablePolicies(
  rules: RuleSet,
  options: ProtectedTable,
  where: string,
): { readonly table: string; readonly permissions: readonly string[]; readonly policies: readonly RowPolicy[] } {
  checkOptionNames(where, options, ['table', 'resource', 'columns', 'commands'])
  const { table, columns: names, commands = DEFAULT_COMMANDS } = options
  if (typeof table !== 'string' || !TABLE.test(table)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "table" is a table's name, such as "app.posts".`)
  }
  checkOptionNames(`${where}: commands`, commands, COMMANDS)
  const resource = options.resource ?? table.split('.').at(-1)!
  const asked = COMMANDS.filter((command) => commands[command] !== undefined).map((command) => {
    const permission = readPermission(`${resource}:${commands[command]}`)
    if (!permission) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: "${resource}:${commands[command]}" is no permission.`,
      )
    }
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

function rowPolicy(
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

/** @param table where it is created; default: where it belongs */
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

function dropOurs(table: string): string {
  return `DO $ashlar$ DECLARE policy text; BEGIN
  FOR policy IN SELECT polname FROM pg_policy WHERE polrelid = ${quoteText(quoteTable(table))}::regclass AND polname LIKE '${POLICY_PREFIX}%'
  LOOP EXECUTE format('DROP POLICY %I ON ${quoteTable(table).replaceAll("'", "''")}', policy); END LOOP; END $ashlar$`
}

/** The key under which the session holds an attribute in the form of a kind. */
export function sessionKey({ name }: Attribute, kind: ValueType['kind'] | 'exists'): string {
  return `${name}/${kind === 'level' || kind === 'address' ? 'text' : kind === 'integer' ? 'number' : kind}`
}

/** Attributes come from the transaction's setting; the sub-select lets PostgreSQL read each of them once a query. */
const SESSION: SqlSource = {
  attribute(attribute, type) {
    const json = `ashlar.attribute(${quoteText(sessionKey(attribute, type.kind))})`
    switch (type.kind) {
      case 'texts':
        return `(SELECT CASE WHEN jsonb_typeof(${json}) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(${json})) END)`
      case 'level':
        return `(SELECT ${levelRank(`${json} #>> '{}'`, type)})`
      case 'instant':
        return `(SELECT to_timestamp((${json} #>> '{}')::float8 / 1000))`
      case 'any':
        throw new ConfigurationError('ERR_POLICY_INVALID', `${attribute.name} is not declared.`)
      default:
        return `(SELECT (${json} #>> '{}')::${SQL_TYPES[type.kind]})`
    }
  },
  exists: (attribute) => `(SELECT ashlar.attribute(${quoteText(sessionKey(attribute, 'exists'))}) = 'true'::jsonb)`,
  constant: literal,
  constants: (type, values) =>
    `ARRAY[${values.map((value) => literal(type, value)).join(', ')}]::${type.kind === 'any' ? 'text' : SQL_TYPES[type.kind]}[]`,
}

function literal({ kind }: ValueType, value: unknown): string {
  switch (kind) {
    case 'number':
    case 'integer':
      return `${quoteText(String(value))}::float8`
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE'
    case 'instant':
      return `to_timestamp(${quoteText(String(value))}::float8 / 1000)`
    case 'level':
      return String((value as number) + 1)
    case 'address':
      return `${quoteText(String(value))}::inet`
    default:
      return quoteText(String(value))
  }
}
