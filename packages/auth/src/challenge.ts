import { type OptionReader, text } from '@ashlar/core/options'

import type { Challenge } from './credential-source.ts'

/** `Bearer realm="api", error="invalid_token"` */
export function renderChallenge({ scheme, params = {} }: Challenge): string {
  const rendered = Object.entries(params).map(([name, value]) => `${name}="${value}"`)
  return rendered.length > 0 ? `${scheme} ${rendered.join(', ')}` : scheme
}

/**
 * A text that can stand in a challenge: visible ASCII and spaces, without `"` and `\`, which is what RFC 6750 §3 allows in a
 * parameter and what needs no quoting rules.
 */
export function challengeText(fallback?: string): OptionReader<string> {
  return text({
    pattern: /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
    says: 'printable ASCII without quotes and backslashes',
    quote: true,
    ...(fallback !== undefined && { fallback }),
  })
}
