import { parseUrl } from '@ashlar/core/http'
import { group, listOf, type OptionPlace, type OptionReader, optional, quoted } from '@ashlar/core/options'

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

/** The allow list of each feature; `undefined` for one that is not named. */
export type AllowLists = Readonly<Record<Feature, readonly Allowance[] | undefined>>

const allowList = optional(listOf(readAllowance, { min: 0, unique: true }))

/** The features that are named, each with those it is allowed to. */
export const permissionsPolicy: OptionReader<AllowLists> = group(
  Object.fromEntries(FEATURES.map((feature) => [feature, allowList])) as Readonly<Record<Feature, typeof allowList>>,
)

/** The header's value: features that are denied to everybody, and those allowed with their allow list. */
export function permissionsPolicyValue(allowed: Partial<AllowLists>, denied: readonly Feature[]): string {
  return FEATURES.filter((feature) => allowed[feature] !== undefined || denied.includes(feature))
    .map((feature) => `${feature}=${written(allowed[feature] ?? [])}`)
    .join(', ')
}

function written(allowances: readonly Allowance[]): string {
  if (allowances.includes('*')) return '*'
  return `(${allowances.map((allowance) => (allowance === 'self' ? allowance : `"${allowance}"`)).join(' ')})`
}

function readAllowance(allowance: unknown, at: OptionPlace): Allowance {
  if (allowance === 'self' || allowance === '*') return allowance
  if (typeof allowance === 'string' && parseUrl(allowance)?.origin === allowance) return allowance as Allowance
  throw at.invalid(`'self', '*' or an origin such as 'https://maps.example.com', not ${quoted(allowance)}`)
}
