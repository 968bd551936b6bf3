import { ConfigurationError } from '../errors.ts'
import type { Identity } from './principal.ts'

/** What every store keeps as it is: no NUL, which PostgreSQL refuses, and no half of a character, which UTF-8 has no form for. */
const PLAIN = /^[ -~]*$/

/**
 * A text that is one principal's alone, to count or remember by. A subject is unique together with its issuer only, and either
 * may hold any character, so they are never joined: two that differ have two keys.
 * @throws ConfigurationError `ERR_OPTION_INVALID` where the subject or the issuer is no text: all who have none would be one
 * @example
 * const seen = new Map<string, number>()
 * seen.set(principalKey({ issuer: 'https://login.example.com/', subject: 'ada' }), Date.now())
 */
export function principalKey({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  if (typeof subject !== 'string' || (issuer !== undefined && typeof issuer !== 'string')) throw noText()
  if (!PLAIN.test(subject) || (issuer !== undefined && !PLAIN.test(issuer))) return JSON.stringify([subject, issuer])
  return issuer === undefined ? `:${subject}` : `${issuer.length}:${issuer}${subject}`
}

function noText(): ConfigurationError {
  return new ConfigurationError(
    'ERR_OPTION_INVALID',
    'principalKey(): a principal has a subject, and an issuer or none.',
  )
}
