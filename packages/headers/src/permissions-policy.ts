import { ConfigurationError } from '@ashlar/core'
import { parseUrl } from '@ashlar/core/http'
import { checkOptionNames } from '@ashlar/core/options'

/** What a page may ask of the browser, and therefore what can be denied to it. */
const FEATURES = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'web-share',
  'window-management',
  'xr-spatial-tracking',
] as const

export type Feature = (typeof FEATURES)[number]

export const EVERY_FEATURE: readonly Feature[] = FEATURES

/** What matters most, for answers that no page is made of. */
export const GRAVEST_FEATURES: readonly Feature[] = ['camera', 'geolocation', 'microphone', 'payment', 'usb']

/** Who may use a feature: `self` is this page's own origin, an origin such as `https://maps.example.com` is a frame of it. */
export type Allowance = 'self' | '*' | `https://${string}`

/** Features that are allowed, each to those named. Every feature that is not named is denied to everybody. */
export type PermissionsPolicy = Readonly<Partial<Record<Feature, readonly Allowance[]>>>

/**
 * The header's value: `denied` and allowed features, those allowed with their allow list.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN` for a feature that is not known, `ERR_OPTION_INVALID` for an allowance
 * that is neither `self`, `*` nor an origin
 */
export function permissionsPolicyValue(where: string, allowed: PermissionsPolicy, denied: readonly Feature[]): string {
  const place = `${where} permissionsPolicy`
  checkOptionNames(place, allowed, FEATURES)
  return FEATURES.filter((feature) => feature in allowed || denied.includes(feature))
    .map((feature) => `${feature}=${allowList(place, feature, allowed[feature] ?? [])}`)
    .join(', ')
}

function allowList(place: string, feature: Feature, allowances: readonly Allowance[]): string {
  if (!Array.isArray(allowances)) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${place}: "${feature}" is a list, such as ['self'].`)
  }
  const items = allowances.map((allowance: string) => {
    if (allowance === 'self' || allowance === '*') return allowance
    if (isOrigin(allowance)) return `"${allowance}"`
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${place}: "${feature}" is allowed to 'self', '*' or an origin such as 'https://maps.example.com', not to ${JSON.stringify(allowance)}.`,
    )
  })
  return items.includes('*') ? '*' : `(${items.join(' ')})`
}

function isOrigin(text: unknown): boolean {
  return text !== undefined && parseUrl(text)?.origin === text
}
