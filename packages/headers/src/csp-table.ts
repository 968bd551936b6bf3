import { flag, group, listOf, type OptionReader, oneOf, optional, orFalse, text } from '@ashlar/core/options'

import { type CspDirectives, SANDBOX_TOKENS, SOURCE_DIRECTIVES, type SourceDirective } from './csp-directives.ts'
import { sourcesOf } from './csp-sources.ts'

/** Directives as they are given: `undefined` for what is left out, `false` for what is taken out. */
export type ReadDirectives = {
  readonly [Name in keyof CspDirectives]-?: Exclude<CspDirectives[Name], readonly unknown[]> | readonly string[]
}

const POLICY_NAME = /^(?:[\w\-#=/@.%]+|\*|'none'|'allow-duplicates')$/

/** Words of helmet and of the header, with what is written here. */
const HINTS: Readonly<Record<string, string>> = {
  directives: `Write the directives themselves: { imgSrc: ["'self'"] }.`,
  useDefaults: "A directive replaces the profile's, each by its name, and false takes one out.",
  reportOnly: 'Write contentSecurityPolicyReportOnly.',
  reportUri: 'Write reportTo beside contentSecurityPolicy.',
  reportTo: 'Write it beside contentSecurityPolicy.',
}

const sourceLists = Object.fromEntries(
  SOURCE_DIRECTIVES.map((name) => [name, optional(orFalse(sourcesOf(name)))]),
) as Readonly<Record<SourceDirective, OptionReader<readonly string[] | false | undefined>>>

/** Directives by name. */
export const cspDirectives: OptionReader<ReadDirectives> = group(
  {
    ...sourceLists,
    defaultSrc: (value, at) => {
      if (value === false) throw at.unsafe('allows everything that no other directive names when it is taken out')
      return sourceLists.defaultSrc(value, at)
    },
    sandbox: optional(orFalse(listOf(oneOf(SANDBOX_TOKENS), { min: 0, unique: true }))),
    requireTrustedTypesFor: optional(orFalse(listOf(oneOf(["'script'"])))),
    trustedTypes: optional(
      orFalse(listOf(text({ pattern: POLICY_NAME, says: 'the name of a policy', quote: true }), { min: 0 })),
    ),
    upgradeInsecureRequests: optional(flag()),
  } satisfies { readonly [Name in keyof Required<CspDirectives>]: OptionReader<unknown> },
  { hints: HINTS },
) as OptionReader<ReadDirectives>
