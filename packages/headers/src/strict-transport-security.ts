import { ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

/** HTTP Strict Transport Security (RFC 6797). */
export interface StrictTransportSecurity {
  /** In seconds. Default 31 536 000, one year. */
  readonly maxAge?: number
  /** Default `true`. */
  readonly includeSubDomains?: boolean
  /** Asks to be built into browsers (hstspreload.org), which is slow to undo. Default `false`. */
  readonly preload?: boolean
}

const YEAR = 31_536_000

/**
 * The header's value.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`; also for `preload` without what the list asks for:
 * a year and all subdomains
 */
export function strictTransportSecurityValue(where: string, options: StrictTransportSecurity): string {
  const place = `${where} strictTransportSecurity`
  checkOptionNames(place, options, ['maxAge', 'includeSubDomains', 'preload'])
  const maxAge = numberOption(place, 'maxAge', options.maxAge, { min: 0, integer: true, fallback: YEAR })
  const { includeSubDomains = true, preload = false } = options
  if (preload && (maxAge < YEAR || !includeSubDomains)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${place}: "preload" needs a "maxAge" of at least ${YEAR} and "includeSubDomains", or the list refuses the domain.`,
    )
  }
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}
