/** Whom a gateway speaks for, as services behind it read it. */
export interface EdgeIdentity {
  readonly subject: string
  readonly email?: string | undefined
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

export const SIGNATURE_HEADER = 'X-User-Signature'

/** Every header that speaks of an identity, in lower case. What a client sends of them is never passed on. */
export const IDENTITY_HEADERS: readonly string[] = [
  'x-user-id',
  'x-user-email',
  'x-user-roles',
  'x-user-permissions',
  'x-user-signature',
]

/**
 * The plain headers of an identity. Lists have commas between; what is not visible ASCII, and `,` and `%`, is percent-encoded.
 */
export function identityHeaders({ subject, email, roles, permissions }: EdgeIdentity): Record<string, string> {
  return {
    'X-User-ID': encode(subject),
    ...(email !== undefined && { 'X-User-Email': encode(email) }),
    'X-User-Roles': roles.map(encode).join(','),
    'X-User-Permissions': permissions.map(encode).join(','),
  }
}

function encode(text: string): string {
  return text.replace(/[^\x21-\x7e]|[,%]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
