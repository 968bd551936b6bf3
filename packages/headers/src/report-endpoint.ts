import { parseUrl } from '@ashlar/core/http'
import { type OptionReader, quoted } from '@ashlar/core/options'

/** Where browsers send reports, as `Reporting-Endpoints` and the policies that name it say. */
export interface ReportEndpoint {
  readonly name: string
  readonly address: string
}

/** The endpoint that browsers also send reports to that no policy asks for, such as of crashes and deprecations. */
const NAME = 'default'

/** The address of the receiver: a path of this origin, or an address on TLS. */
export const reportEndpoint: OptionReader<ReportEndpoint> = (address, at) => {
  if (
    typeof address === 'string' &&
    /^(?:\/(?!\/)|https:\/\/)[\w\-./~:?=&%]*$/.test(address) &&
    parseUrl(address, 'https://this.invalid') !== undefined
  ) {
    return Object.freeze({ name: NAME, address })
  }
  throw at.invalid(`a path such as "/reports" or an https address, not ${quoted(address)}`)
}

export function reportingEndpointsValue({ name, address }: ReportEndpoint): string {
  return `${name}="${address}"`
}
