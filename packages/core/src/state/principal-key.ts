import type { Identity } from './principal.ts'

/** What every store keeps as it is: no NUL, which PostgreSQL refuses, and no half of a character, which UTF-8 has no form for. */
const PLAIN = /^[ -~]*$/

/**
 * A text that is one principal's alone, to count or remember by. A subject is unique together with its issuer only, and either
 * may hold any character, so they are never joined: two that differ have two keys.
 */
export function principalKey({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  if (!PLAIN.test(subject) || (issuer !== undefined && !PLAIN.test(issuer))) return JSON.stringify([subject, issuer])
  return issuer === undefined ? `:${subject}` : `${issuer.length}:${issuer}${subject}`
}
