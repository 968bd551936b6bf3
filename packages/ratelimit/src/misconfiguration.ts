import type { ErrorCode, RequestView } from '@ashlar/core'
import { RequestHead } from '@ashlar/core/adapter'

/** How many requests of a limiter are looked at. A wrong arrangement shows in the first ones. */
const LOOKED_AT = 1000

const warned = new Set<ErrorCode>()

/**
 * Looks for arrangements under which a limit by address does not do what it says, and warns of each once a process:
 * `ERR_PROXY_NOT_TRUSTED`, `ERR_PROXY_TRUSTS_ALL`, `ERR_ADDRESS_UNKNOWN`.
 */
export function watchAddress(): (request: RequestView) => void {
  let left = LOOKED_AT
  return (request) => {
    if (left === 0) return
    left--
    look(request)
  }
}

function look(request: RequestView): void {
  if (request.address === undefined) {
    warn('ERR_ADDRESS_UNKNOWN', 'A request has no client address; all such requests share one rate limit.')
    return
  }
  if (request instanceof RequestHead && request.trustsEveryone) {
    warn(
      'ERR_PROXY_TRUSTS_ALL',
      'Every proxy is trusted, so any caller can choose the address that it is limited by. Name the proxies, or count them.',
    )
    return
  }
  const { headers } = request
  if (headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined) return
  if (request.raw.socket.remoteAddress?.endsWith(request.address)) {
    warn(
      'ERR_PROXY_NOT_TRUSTED',
      'Requests carry X-Forwarded-For from a proxy that is not trusted, so all of its clients share one rate limit. Set "trust proxy" or trustedProxies.',
    )
  }
}

function warn(code: ErrorCode, message: string): void {
  if (warned.has(code)) return
  warned.add(code)
  process.emitWarning(`${message} See docs/reference/errors/${code}.md`, { type: 'AshlarWarning', code })
}
