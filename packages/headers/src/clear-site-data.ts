import { type Allow, ConfigurationError, type Guard, guard } from '@ashlar/core'

/** What a browser can be asked to forget of an origin. */
export type SiteData = 'cache' | 'clientHints' | 'cookies' | 'executionContexts' | 'storage' | '*'

const KNOWN: readonly SiteData[] = ['cache', 'clientHints', 'cookies', 'executionContexts', 'storage', '*']

/**
 * Asks the browser to forget what it holds of this origin, once the answer is a success: for the route that logs out.
 * Browsers obey over TLS only.
 * @param data default cache, cookies and storage
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function clearSiteData(data: readonly SiteData[] = ['cache', 'cookies', 'storage']): Guard {
  if (!Array.isArray(data) || data.length === 0 || !data.every((item) => KNOWN.includes(item))) {
    const known = KNOWN.map((item) => JSON.stringify(item)).join(', ')
    throw new ConfigurationError('ERR_OPTION_INVALID', `clearSiteData(): expected some of ${known}.`)
  }
  const headers = Object.freeze({ 'clear-site-data': data.map((item) => JSON.stringify(item)).join(', ') })
  const verdict: Allow<never> = Object.freeze({
    kind: 'allow',
    beforeHeaders: (status: number) => (status < 400 ? headers : undefined),
  })
  return guard({ name: 'clear site data', layer: 'headers', reads: 'head', check: () => verdict })
}
