import { contentSecurityPolicy } from 'helmet'

import type { HeaderChoices } from './choices.ts'
import { EVERY_FEATURE, type Feature, GRAVEST_FEATURES } from './permissions-policy.ts'

/** `web` is for pages, `api` for answers that no browser should ever render. */
export type ProfileName = 'web' | 'api'

/** A policy's directives by their names in the header, each with its sources. */
export type Directives = Readonly<Record<string, readonly string[]>>

export interface Profile {
  readonly choices: HeaderChoices
  readonly contentSecurityPolicy: Directives
  readonly deniedFeatures: readonly Feature[]
  readonly cacheControl: 'no-store' | false
}

const HELMETS = Object.fromEntries(
  Object.entries(contentSecurityPolicy.getDefaultDirectives()).map(([name, sources]) => [
    name,
    [...sources].map(String),
  ]),
)

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  web: {
    choices: {},
    // Helmet's policy without inline styles and other people's fonts and styles, and in nobody's frame.
    contentSecurityPolicy: {
      ...HELMETS,
      'font-src': ["'self'"],
      'style-src': ["'self'"],
      'frame-ancestors': ["'none'"],
    },
    deniedFeatures: EVERY_FEATURE,
    cacheControl: false,
  },
  api: {
    // Without what only pages and their plug-ins heed: an answer of an API is no document, and its sandbox keeps it from becoming one.
    choices: {
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
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
      sandbox: [],
    },
    deniedFeatures: GRAVEST_FEATURES,
    cacheControl: 'no-store',
  },
}

export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PROFILES) as ProfileName[]

export function profileOf(name: ProfileName): Profile {
  return PROFILES[name]
}
