import { ConfigurationError } from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'

/** Where browsers send reports, as `Reporting-Endpoints` and the policies that name it say. */
export interface ReportEndpoint {
  readonly name: string
  readonly address: string
}

/** The endpoint that browsers also send reports to that no policy asks for, such as of crashes and deprecations. */
const NAME = 'default'

/**
 * Reads the address of the receiver: a path of this origin, or an address on TLS.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function reportEndpoint(where: string, address: string): ReportEndpoint {
  const acceptable =
    typeof address === 'string' &&
    /^(?:\/(?!\/)|https:\/\/)[\w\-./~:?=&%]*$/.test(address) &&
    parseUrl(address, 'https://this.invalid') !== undefined
  if (!acceptable) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: "reportTo" is a path such as "/reports" or an https address, not ${JSON.stringify(address)}.`,
    )
  }
  return { name: NAME, address }
}

export function reportingEndpointsValue({ name, address }: ReportEndpoint): string {
  return `${name}="${address}"`
}
