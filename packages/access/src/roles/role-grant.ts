import { group, type OptionReader, type OptionTable, optional, text } from '@ashlar/core/options'

/** A role that somebody has, perhaps for a time. */
export interface RoleGrant {
  readonly role: string
  /** Milliseconds since the Unix epoch. Default: already. */
  readonly from?: number
  /** Milliseconds since the Unix epoch; from then on it counts no more. Default: for good. */
  readonly until?: number
}

/** Whose roles are asked for. */
export interface RoleHolder {
  readonly subject: string
  readonly issuer?: string | undefined
}

/** 1973, and year 5138: before and after them the number is in seconds, or in microseconds. */
const [EARLIEST, LATEST] = [1e11, 1e14]

const instant: OptionReader<number> = (value, at) => {
  if (typeof value === 'number' && value >= EARLIEST && value <= LATEST) return value
  throw at.invalid('a time in milliseconds since the Unix epoch, such as Date.now() + 3_600_000', value)
}

/** A grant as somebody hands it over: a time that is none would be one that never ends, or never comes. */
export const roleGrant: OptionReader<RoleGrant> = group({
  role: text({ quote: true }),
  from: optional(instant),
  until: optional(instant),
} satisfies OptionTable<RoleGrant>) as OptionReader<RoleGrant>

/** Whose roles they are. */
export const roleHolder: OptionReader<RoleHolder> = group({
  subject: text({ quote: true }),
  issuer: optional(text({ quote: true })),
} satisfies OptionTable<RoleHolder>)

/** `until` itself is no longer in it. */
export function isInForce(
  { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: RoleGrant,
  now: number,
): boolean {
  return from <= now && now < until
}
