import type { AccessReview } from './access-review.ts'

/**
 * An access review in Markdown, for people.
 * @example
 * await writeFile('access-review.md', reviewReport(reviewAccess(access, { holders })))
 */
export function reviewReport(review: AccessReview): string {
  const { holders, roles, unused, governed } = review
  const broad = roles.filter(({ tooBroad }) => tooBroad.length > 0)
  return [
    '# Access review',
    '## Who can do what',
    table(
      ['holder', 'roles', 'permission', 'through'],
      holders.flatMap(({ subject, roles: held, permissions }) =>
        permissions.length === 0
          ? [[subject, held.join(', '), 'nothing', '']]
          : permissions.map(({ permission, through }) => [subject, held.join(', '), permission, through.join('; ')]),
      ),
    ),
    ...section(
      'Roles that exclude one another, held together',
      holders.flatMap(({ subject, conflicts }) => conflicts.map((names) => `${subject}: ${names.join(', ')}`)),
    ),
    '## Roles',
    table(
      ['role', 'holders', 'permissions', 'unused by its holders'],
      roles.map(({ role, holders: count, permissions, unused: idle }) => [
        role,
        String(count),
        permissions.join(', '),
        idle.join(', '),
      ]),
    ),
    ...section(
      'Roles that are too broad',
      broad.map(({ role, tooBroad }) => `${role}: ${tooBroad.join('; ')}`),
    ),
    ...section('Permissions that nobody used', unused ?? ['It is not known which were used.']),
    ...section('Permissions that policies decide about as well', governed),
  ].join('\n\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`## ${title}`, lines.length === 0 ? 'None.' : lines.map((line) => `- ${escaped(line)}`).join('\n')]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.'
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(escaped))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** A subject is chosen by strangers: it must stay one cell of one line, and no mark-up. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd').replace(/[\\`*_{}[\]<>|#&!]/g, '\\$&')
}
