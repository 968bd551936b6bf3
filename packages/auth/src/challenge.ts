import { ConfigurationError } from '@ashlar/core'

import type { Challenge } from './credential-source.ts'

/** Visible ASCII without `"` and `\`: what RFC 6750 §3 allows in a parameter, and what needs no quoting rules. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** `Bearer realm="api", error="invalid_token"` */
export function renderChallenge({ scheme, params = {} }: Challenge): string {
  const rendered = Object.entries(params).map(([name, value]) => `${name}="${value}"`)
  return rendered.length > 0 ? `${scheme} ${rendered.join(', ')}` : scheme
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` for a text that can't stand in a challenge */
export function challengeText(where: string, name: string, value: string): string {
  if (typeof value === 'string' && value !== '' && PLAIN.test(value)) return value
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "${name}" must be printable ASCII without quotes and backslashes.`,
  )
}
