import { type Allow, type Guard, guard } from '@ashlar/core'
import { listOf, OptionPlace, oneOf } from '@ashlar/core/options'

/** What a browser can be asked to forget of an origin. */
export type SiteData = 'cache' | 'clientHints' | 'cookies' | 'executionContexts' | 'storage' | '*'

const list = listOf(oneOf(['cache', 'clientHints', 'cookies', 'executionContexts', 'storage', '*']), { unique: true })

/**
 * Asks the browser to forget what it holds of this origin, once the answer is a success: for the route that logs out.
 * Browsers obey over TLS only.
 * @param data default cache, cookies and storage
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example
 * app.post('/logout', protect(clearSiteData()), (_request, response) => void response.redirect(303, '/'))
 */
export function clearSiteData(data: readonly SiteData[] = ['cache', 'cookies', 'storage']): Guard {
  const items = list(data, new OptionPlace('clearSiteData()', 'data'))
  const headers = Object.freeze({ 'clear-site-data': items.map((item) => JSON.stringify(item)).join(', ') })
  const verdict: Allow<never> = Object.freeze({
    kind: 'allow',
    beforeHeaders: (status: number) => (status < 400 ? headers : undefined),
  })
  return guard({ name: 'clear site data', layer: 'headers', reads: 'head', check: () => verdict })
}
