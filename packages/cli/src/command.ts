import { parseArgs } from 'node:util'

import type { Terminal } from './terminal.ts'

export interface Command {
  readonly usage: string
  readonly about: string
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** The command line was wrong; the message says how. */
export class UsageError extends Error {}

export interface Parsed<Names extends string, Flags extends string> {
  readonly positionals: readonly string[]
  readonly values: Readonly<Partial<Record<Names, string>>>
  readonly flags: Readonly<Record<Flags, boolean>>
  /** @throws UsageError where it was not given */
  need(name: Names): string
}

/** @throws UsageError for an option that is not known, and for another number of arguments */
export function parse<Names extends string = never, Flags extends string = never>(
  args: readonly string[],
  count: number,
  names: readonly Names[] = [],
  flagNames: readonly Flags[] = [],
): Parsed<Names, Flags> {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' }] as const),
    ...flagNames.map((name) => [name, { type: 'boolean' }] as const),
  ])
  let parsed: { positionals: string[]; values: Record<string, string | boolean | undefined> }
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as typeof parsed
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  if (parsed.positionals.length !== count) {
    throw new UsageError(`Expected ${count} argument(s), not ${parsed.positionals.length}.`)
  }
  const values = parsed.values as Partial<Record<Names, string>>
  return {
    positionals: parsed.positionals,
    values,
    flags: Object.fromEntries(flagNames.map((name) => [name, parsed.values[name] === true])) as Record<Flags, boolean>,
    need(name) {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required.`)
      return value
    },
  }
}

/** @throws UsageError for what is no whole number above zero */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`--${name} is a whole number above zero.`)
  return value
}
