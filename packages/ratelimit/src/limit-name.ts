import { type OptionReader, text } from '@ashlar/core/options'

/** Names go into header fields and store keys as they are, so they hold nothing that would need escaping there. */
export const LIMIT_NAME: RegExp = /^[\w.-]{1,64}$/
export const LIMIT_NAME_SAYS = '1 to 64 letters, digits, dots, hyphens or underscores'

/** @param fallback the name where none is given; without it the option is required */
export function limitName(fallback?: string): OptionReader<string> {
  return text({
    pattern: LIMIT_NAME,
    says: LIMIT_NAME_SAYS,
    quote: true,
    ...(fallback !== undefined && { fallback }),
  })
}
