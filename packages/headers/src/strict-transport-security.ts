import { flag, group, type OptionReader, type OptionTable } from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'
import { strictTransportSecurity } from 'helmet'

import { helmetHeaders } from './helmet-headers.ts'
import { wholeSeconds } from './whole-seconds.ts'

/** HTTP Strict Transport Security (RFC 6797). */
export interface StrictTransportSecurity {
  /** Whole seconds, from `'0s'`, which ends it, to `'3650d'`. Default `'365d'`. */
  readonly maxAge?: Duration
  /** Default `true`. */
  readonly includeSubDomains?: boolean
  /** Asks to be built into browsers (hstspreload.org), which is slow to undo. Default `false`. */
  readonly preload?: boolean
}

/** As helmet takes it: `maxAge` in seconds. */
export interface TransportSecurity {
  readonly maxAge: number
  readonly includeSubDomains: boolean
  readonly preload: boolean
}

const YEAR = 31_536_000

const table = group({
  maxAge: wholeSeconds({ min: '0s', max: '3650d', fallback: '365d' }),
  includeSubDomains: flag(true),
  preload: flag(false),
} satisfies OptionTable<StrictTransportSecurity>)

/** Also refuses `preload` without what the list asks for: a year and all subdomains. */
export const transportSecurity: OptionReader<TransportSecurity> = (value, at) => {
  const read = table(value, at)
  if (read.preload && (read.maxAge < YEAR || !read.includeSubDomains)) {
    throw at
      .in('preload')
      .invalid("false unless maxAge is at least '365d' and includeSubDomains is true, since the list asks for both")
  }
  return read
}

/** The header field, as helmet writes it. */
export function transportSecurityHeader(where: string, options: TransportSecurity): Record<string, string> {
  return helmetHeaders(where, () => strictTransportSecurity(options))
}
