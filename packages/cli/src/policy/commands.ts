import {
  type AccessReviewOptions,
  accessControl,
  type PermissionUse,
  type PolicyTest,
  type ProtectedTable,
  type Rules,
  reviewAccess,
  reviewReport,
  runPolicyTests,
} from '@ashlar/access'

import { type Command, parse, UsageError } from '../command.ts'
import { readJson } from './json-file.ts'

const check: Command = {
  usage: 'RULES.json',
  about: 'Check roles and policies, and print what is wrong with them.',
  async run(args, { stdout }) {
    const { positionals } = parse(args, { arguments: 1 })
    const { warnings, rules } = accessControl(await readJson<Rules>(positionals[0]!))
    for (const { path, message } of warnings) stdout.write(`warning: ${path}: ${message}\n`)
    stdout.write(`${rules.graph.names.length} roles and ${rules.index.policies.length} policies are in order.\n`)
    return 0
  },
}

const test: Command = {
  usage: 'RULES.json TESTS.json [--all-reached]',
  about: 'Put a table of decisions to the rules; name what failed, and policies that no test reached.',
  async run(args, { stdout }) {
    const { positionals, flags } = parse(args, { arguments: 2, flags: ['all-reached'] })
    const { rules } = accessControl(await readJson<Rules>(positionals[0]!))
    const tests = await readJson<PolicyTest[]>(positionals[1]!)
    if (!Array.isArray(tests)) throw new UsageError(`${positionals[1]} holds no list of tests.`)
    const { passed, failures, unreached } = runPolicyTests(rules, tests)
    for (const { message } of failures) stdout.write(`failed: ${message}\n`)
    for (const id of unreached) stdout.write(`no test reaches: ${id}\n`)
    stdout.write(`${passed} of ${tests.length} decisions are as expected.\n`)
    return failures.length > 0 || (flags['all-reached'] && unreached.length > 0) ? 1 : 0
  },
}

const sql: Command = {
  usage: 'RULES.json TABLES.json',
  about: 'Print the migration that brings row-level security into PostgreSQL: ashlar policy sql … | psql.',
  async run(args, { stdout }) {
    const { positionals } = parse(args, { arguments: 2 })
    const access = accessControl(await readJson<Rules>(positionals[0]!))
    stdout.write(access.rowSecurity(await readJson<ProtectedTable[]>(positionals[1]!)).sql)
    return 0
  },
}

const review: Command = {
  usage: 'RULES.json HOLDERS.json [--used USED.json] [--json]',
  about: 'Report who can do what and through which role, what nobody used, and roles that are too broad.',
  async run(args, { stdout }) {
    const { positionals, values, flags } = parse(args, { arguments: 2, values: ['used'], flags: ['json'] })
    const access = accessControl(await readJson<Rules>(positionals[0]!))
    const holders = await readJson<AccessReviewOptions['holders']>(positionals[1]!)
    const used = values.used === undefined ? undefined : await readJson<PermissionUse[]>(values.used)
    const found = reviewAccess(access, { holders, ...(used && { used }) })
    stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : `${reviewReport(found)}\n`)
    return 0
  },
}

export const POLICY_COMMANDS: Readonly<Record<string, Command>> = { check, test, sql, review }
