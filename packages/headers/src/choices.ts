import { type OptionReader, oneOf, optional, orFalse } from '@ashlar/core/options'
import type { HelmetOptions } from 'helmet'

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
  /** Default `DENY`. `SAMEORIGIN` also makes `frameAncestors` of the policy `'self'`, by which today's browsers go. */
  readonly xFrameOptions?: 'DENY' | 'SAMEORIGIN' | false
  /** Default `none`, for Adobe's Flash and Acrobat. */
  readonly xPermittedCrossDomainPolicies?: 'none' | 'master-only' | 'by-content-type' | 'all' | false
  /** Default `0`: the old filter in browsers is off, since it could be used to attack. */
  readonly xXssProtection?: '0' | false
}

/** Every header with its word. */
export type ChosenHeaders = Required<HeaderChoices>

type Readers = { readonly [Name in keyof ChosenHeaders]: OptionReader<ChosenHeaders[Name] | undefined> }

/** `undefined` for what is left out, since its default is the profile's. */
function word<const Word extends string>(
  words: readonly Word[],
  unsafe: Readonly<Record<string, string>> = {},
): OptionReader<Word | false | undefined> {
  return optional(orFalse(oneOf(words, { unsafe })))
}

export const CHOICES: Readers = {
  crossOriginEmbedderPolicy: word(['require-corp', 'credentialless', 'unsafe-none']),
  crossOriginEmbedderPolicyReportOnly: word(['require-corp', 'credentialless']),
  crossOriginOpenerPolicy: word(['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups', 'unsafe-none']),
  crossOriginOpenerPolicyReportOnly: word(['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups']),
  crossOriginResourcePolicy: word(['same-origin', 'same-site', 'cross-origin']),
  originAgentCluster: word(['?1', '?0']),
  referrerPolicy: word([
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ]),
  xContentTypeOptions: word(['nosniff']),
  xDnsPrefetchControl: word(['off', 'on']),
  xDownloadOptions: word(['noopen']),
  xFrameOptions: word(['DENY', 'SAMEORIGIN']),
  xPermittedCrossDomainPolicies: word(['none', 'master-only', 'by-content-type', 'all']),
  xXssProtection: word(['0'], { '1; mode=block': 'turns a filter on that has been used to attack' }),
}

/** The choices in helmet's words. Its policy is made apart, and Strict-Transport-Security is sent over TLS only. */
export function helmetOptions(chosen: ChosenHeaders): HelmetOptions {
  const { xDnsPrefetchControl, xFrameOptions, xPermittedCrossDomainPolicies } = chosen
  return {
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: policy(chosen.crossOriginEmbedderPolicy),
    crossOriginOpenerPolicy: policy(chosen.crossOriginOpenerPolicy),
    crossOriginResourcePolicy: policy(chosen.crossOriginResourcePolicy),
    originAgentCluster: chosen.originAgentCluster !== false,
    referrerPolicy: policy(chosen.referrerPolicy),
    xContentTypeOptions: chosen.xContentTypeOptions !== false,
    xDnsPrefetchControl: xDnsPrefetchControl !== false && { allow: xDnsPrefetchControl === 'on' },
    xDownloadOptions: chosen.xDownloadOptions !== false,
    xFrameOptions: xFrameOptions !== false && { action: xFrameOptions === 'DENY' ? 'deny' : 'sameorigin' },
    xPermittedCrossDomainPolicies: xPermittedCrossDomainPolicies !== false && {
      permittedPolicies: xPermittedCrossDomainPolicies,
    },
    xXssProtection: chosen.xXssProtection !== false,
  }
}

function policy<Word extends string>(chosen: Word | false): { readonly policy: Word } | false {
  return chosen !== false && { policy: chosen }
}
