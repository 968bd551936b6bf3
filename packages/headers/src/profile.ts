import { contentSecurityPolicy } from 'helmet'

import type { ChosenHeaders } from './choices.ts'
import type { CspDirectives } from './csp-directives.ts'
import { EVERY_FEATURE, type Feature, GRAVEST_FEATURES } from './permissions-policy.ts'

/** `web` is for pages, `api` for answers that no browser should ever render. */
export type ProfileName = 'web' | 'api'

export interface Profile {
  readonly choices: ChosenHeaders
  readonly contentSecurityPolicy: CspDirectives
  readonly deniedFeatures: readonly Feature[]
  /** Whether pages may ask for a nonce. */
  readonly nonces: boolean
  readonly cacheControl: 'no-store' | false
}

/** Helmet's directives by our names; those without sources are switches. */
const HELMETS = Object.fromEntries(
  Object.entries(contentSecurityPolicy.getDefaultDirectives()).map(([name, sources]) => [
    name.replace(/-[a-z]/g, (part) => part[1]!.toUpperCase()),
    [...sources].length === 0 ? true : [...sources].map(String),
  ]),
) as CspDirectives

const WEB: Profile = {
  choices: {
    crossOriginEmbedderPolicy: 'require-corp',
    crossOriginEmbedderPolicyReportOnly: false,
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginOpenerPolicyReportOnly: false,
    crossOriginResourcePolicy: 'same-origin',
    originAgentCluster: '?1',
    referrerPolicy: 'strict-origin-when-cross-origin',
    xContentTypeOptions: 'nosniff',
    xDnsPrefetchControl: 'off',
    xDownloadOptions: 'noopen',
    xFrameOptions: 'DENY',
    xPermittedCrossDomainPolicies: 'none',
    xXssProtection: '0',
  },
  // Helmet's policy, but styles and fonts of this origin only, scripts only with a nonce or when named, and in nobody's frame.
  contentSecurityPolicy: {
    ...HELMETS,
    fontSrc: ["'self'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'none'"],
    frameAncestors: ["'none'"],
  },
  deniedFeatures: EVERY_FEATURE,
  nonces: true,
  cacheControl: false,
}

/** Without what only pages and their plug-ins heed: an answer of an API is no document, and its sandbox keeps it from becoming one. */
const API: Profile = {
  choices: {
    ...WEB.choices,
    referrerPolicy: 'no-referrer',
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  },
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    sandbox: [],
  },
  deniedFeatures: GRAVEST_FEATURES,
  nonces: false,
  cacheControl: 'no-store',
}

export function profileOf(name: ProfileName): Profile {
  return name === 'web' ? WEB : API
}
