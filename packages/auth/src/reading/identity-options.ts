import { listOf, type OptionReader, optional, orElse, text } from '@ashlar/core/options'

import { jsonObject } from './json-object.ts'

/** Every store keeps it as it is: PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair. */
export const name: OptionReader<string> = text({
  pattern: /^[^\0\p{Surrogate}]+$/u,
  says: 'a text that is not empty, without NUL and halves of characters',
})

const NONE: readonly string[] = Object.freeze([])

/** A list of names, which may be empty; none where it is left out. A text in its place would be a list of its letters. */
export const names: OptionReader<readonly string[]> = orElse(listOf(name, { min: 0 }), () => NONE)

/** What whoever lets somebody in says of them. */
export const IDENTITY: {
  readonly subject: OptionReader<string>
  readonly roles: OptionReader<readonly string[]>
  readonly scopes: OptionReader<readonly string[]>
  readonly tier: OptionReader<string | undefined>
  readonly claims: OptionReader<Readonly<Record<string, unknown>> | undefined>
} = {
  subject: name,
  roles: names,
  scopes: names,
  tier: optional(name),
  claims: optional(jsonObject),
}
