import { AshlarError } from '@ashlar/core'

import { AUDIT_COMMANDS } from './audit/commands.ts'
import { type Command, UsageError } from './command.ts'
import { POLICY_COMMANDS } from './policy/commands.ts'
import type { Terminal } from './terminal.ts'

const GROUPS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  audit: AUDIT_COMMANDS,
  policy: POLICY_COMMANDS,
}

/**
 * Runs a command as `ashlar` does.
 * @param args what follows `ashlar` on a command line
 * @param terminal where it writes. Default: `process`
 * @returns the exit code: 0 when all is well, 1 when something was found or failed, 2 for a wrong command line
 * @example process.exitCode = await main(['audit', 'verify', '/var/lib/orders/trail', '--key', verifierKey])
 */
export async function main(args: readonly string[], terminal: Terminal = process): Promise<number> {
  const [group = '', name = '', ...rest] = args
  const commands = Object.hasOwn(GROUPS, group) ? GROUPS[group]! : undefined
  const command = commands && Object.hasOwn(commands, name) ? commands[name]! : undefined
  if (args.includes('--help')) {
    terminal.stdout.write(command ? `${usageOf(group, name, command)}\n` : usage(group))
    return 0
  }
  if (!command) {
    terminal.stderr.write(usage(group))
    return 2
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`${error.message}\nUsage: ashlar ${group} ${name} ${command.usage}\n`)
      return 2
    }
    const code = error instanceof AshlarError ? `${error.code}: ` : ''
    terminal.stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

function usage(group: string): string {
  const shown = Object.hasOwn(GROUPS, group) ? [group] : Object.keys(GROUPS)
  const lines = shown.flatMap((name) =>
    Object.entries(GROUPS[name]!).map(([verb, command]) => usageOf(name, verb, command)),
  )
  return `Usage:\n${lines.join('\n')}\n`
}

function usageOf(group: string, name: string, { usage, about }: Command): string {
  return `  ashlar ${group} ${name} ${usage}\n      ${about}`
}
