import { ConfigurationError } from '@ashlar/core'

import type { ReportEndpoint } from './report-endpoint.ts'

/** The headers whose value is one of a few words. `false` leaves the header out. */
export interface HeaderChoices {
  /** Default `require-corp`. What comes from elsewhere must say so (CORS or CORP), or is not loaded. */
  readonly crossOriginEmbedderPolicy?: 'require-corp' | 'credentialless' | 'unsafe-none' | false
  /** What would be stopped is reported, and not stopped. Default `false`. */
  readonly crossOriginEmbedderPolicyReportOnly?: 'require-corp' | 'credentialless' | false
  /** Default `same-origin`. Use `same-origin-allow-popups` where a payment or login popup has to answer. */
  readonly crossOriginOpenerPolicy?:
    | 'same-origin'
    | 'same-origin-allow-popups'
    | 'noopener-allow-popups'
    | 'unsafe-none'
    | false
  /** What would be severed is reported, and not severed. Default `false`. */
  readonly crossOriginOpenerPolicyReportOnly?:
    | 'same-origin'
    | 'same-origin-allow-popups'
    | 'noopener-allow-popups'
    | false
  /** Default `same-origin`. */
  readonly crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false
  /** Default `?1`: the browser keeps this origin's pages in a process of their own. */
  readonly originAgentCluster?: '?1' | '?0' | false
  /** Default `strict-origin-when-cross-origin`, in the `api` profile `no-referrer`. */
  readonly referrerPolicy?:
    | 'no-referrer'
    | 'no-referrer-when-downgrade'
    | 'same-origin'
    | 'origin'
    | 'strict-origin'
    | 'origin-when-cross-origin'
    | 'strict-origin-when-cross-origin'
    | 'unsafe-url'
    | false
  /** Default `nosniff`. */
  readonly xContentTypeOptions?: 'nosniff' | false
  /** Default `off`. */
  readonly xDnsPrefetchControl?: 'on' | 'off' | false
  /** Default `noopen`, for Internet Explorer 8. */
  readonly xDownloadOptions?: 'noopen' | false
  /** Default `DENY`. Browsers that know `frame-ancestors` of the content security policy go by that. */
  readonly xFrameOptions?: 'DENY' | 'SAMEORIGIN' | false
  /** Default `none`, for Adobe's Flash and Acrobat. */
  readonly xPermittedCrossDomainPolicies?: 'none' | 'master-only' | 'by-content-type' | 'all' | false
  /** Default `0`: the old filter in browsers is off, since it could be used to attack. */
  readonly xXssProtection?: '0' | '1; mode=block' | false
}

interface Choice {
  readonly header: string
  readonly words: readonly string[]
  /** Left out unless asked for. */
  readonly optional?: true
  /** Its value can name an endpoint for reports. */
  readonly reports?: true
}

/** The default is the first word. Names are in lower case, since node writes those a third faster. */
const CHOICES: Readonly<Record<keyof HeaderChoices, Choice>> = {
  crossOriginEmbedderPolicy: {
    header: 'cross-origin-embedder-policy',
    words: ['require-corp', 'credentialless', 'unsafe-none'],
    reports: true,
  },
  crossOriginEmbedderPolicyReportOnly: {
    header: 'cross-origin-embedder-policy-report-only',
    words: ['require-corp', 'credentialless'],
    optional: true,
    reports: true,
  },
  crossOriginOpenerPolicy: {
    header: 'cross-origin-opener-policy',
    words: ['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups', 'unsafe-none'],
    reports: true,
  },
  crossOriginOpenerPolicyReportOnly: {
    header: 'cross-origin-opener-policy-report-only',
    words: ['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'],
    optional: true,
    reports: true,
  },
  crossOriginResourcePolicy: {
    header: 'cross-origin-resource-policy',
    words: ['same-origin', 'same-site', 'cross-origin'],
  },
  originAgentCluster: { header: 'origin-agent-cluster', words: ['?1', '?0'] },
  referrerPolicy: {
    header: 'referrer-policy',
    words: [
      'strict-origin-when-cross-origin',
      'no-referrer',
      'no-referrer-when-downgrade',
      'same-origin',
      'origin',
      'strict-origin',
      'origin-when-cross-origin',
      'unsafe-url',
    ],
  },
  xContentTypeOptions: { header: 'x-content-type-options', words: ['nosniff'] },
  xDnsPrefetchControl: { header: 'x-dns-prefetch-control', words: ['off', 'on'] },
  xDownloadOptions: { header: 'x-download-options', words: ['noopen'] },
  xFrameOptions: { header: 'x-frame-options', words: ['DENY', 'SAMEORIGIN'] },
  xPermittedCrossDomainPolicies: {
    header: 'x-permitted-cross-domain-policies',
    words: ['none', 'master-only', 'by-content-type', 'all'],
  },
  xXssProtection: { header: 'x-xss-protection', words: ['0', '1; mode=block'] },
}

export const CHOICE_NAMES: readonly (keyof HeaderChoices)[] = Object.keys(CHOICES) as (keyof HeaderChoices)[]

/**
 * The headers of all choices.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a word that the header does not know
 */
export function chosenHeaders(
  where: string,
  chosen: HeaderChoices,
  defaults: HeaderChoices,
  report: ReportEndpoint | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of CHOICE_NAMES) {
    const { header, words, optional, reports } = CHOICES[name]
    const word = chosen[name] ?? defaults[name] ?? (optional ? false : words[0]!)
    if (word === false) continue
    if (!words.includes(word)) {
      const known = words.map((each) => JSON.stringify(each)).join(', ')
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: "${name}" is one of ${known} or false, not ${JSON.stringify(word)}.`,
      )
    }
    headers[header] = reports && report ? `${word}; report-to="${report.name}"` : word
  }
  return headers
}
