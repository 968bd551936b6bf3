import { parseArgs } from 'node:util'

import type { Terminal } from './terminal.ts'

export interface Command {
  readonly usage: string
  readonly about: string
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** The command line was wrong; the message says how. */
export class UsageError extends Error {}

/** What a command takes beside its name. */
export interface Syntax<Names extends string, Lists extends string, Flags extends string> {
  readonly arguments: number
  /** Options with a value, each at most once. */
  readonly values?: readonly Names[]
  /** Options with a value that may be repeated. */
  readonly lists?: readonly Lists[]
  readonly flags?: readonly Flags[]
}

export interface Parsed<Names extends string, Lists extends string, Flags extends string> {
  readonly positionals: readonly string[]
  readonly values: Readonly<Partial<Record<Names, string>>>
  /** Empty where it was not given. */
  readonly lists: Readonly<Record<Lists, readonly string[]>>
  readonly flags: Readonly<Record<Flags, boolean>>
  /** @throws UsageError where it was not given */
  need(name: Names): string
}

/** @throws UsageError for an option that is not known or given twice, and for another number of arguments */
export function parse<Names extends string = never, Lists extends string = never, Flags extends string = never>(
  args: readonly string[],
  syntax: Syntax<Names, Lists, Flags>,
): Parsed<Names, Lists, Flags> {
  const { values: names = [], lists: listNames = [], flags: flagNames = [] } = syntax
  const { positionals, values: given } = parsed(args, [...names, ...listNames], flagNames)
  if (positionals.length !== syntax.arguments) {
    throw new UsageError(`Expected ${syntax.arguments} argument(s), not ${positionals.length}.`)
  }
  const values = Object.fromEntries(names.map((name) => [name, only(name, given[name])])) as Partial<
    Record<Names, string>
  >
  return {
    positionals,
    values,
    lists: Object.fromEntries(listNames.map((name) => [name, given[name] ?? []])) as Record<Lists, string[]>,
    flags: Object.fromEntries(flagNames.map((name) => [name, given[name] !== undefined])) as Record<Flags, boolean>,
    need(name) {
      const value = values[name]
      if (value === undefined) throw new UsageError(`--${name} is required.`)
      return value
    },
  }
}

interface Given {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, readonly string[] | undefined>>
}

function parsed(args: readonly string[], names: readonly string[], flags: readonly string[]): Given {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string', multiple: true }] as const),
    ...flags.map((name) => [name, { type: 'boolean', multiple: true }] as const),
  ])
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as unknown as Given
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Of two values nobody knows which one was meant. */
function only(name: string, values: readonly string[] | undefined): string | undefined {
  if (values && values.length > 1) throw new UsageError(`--${name} is given ${values.length} times.`)
  return values?.[0]
}

/** @throws UsageError for what is no whole number above zero */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`--${name} is a whole number above zero.`)
  }
  return value
}
