/** What may stand in quotes beside origins. A nonce is never written by hand: see `cspNonce.of()`. */
export type CspKeyword =
  | "'self'"
  | "'none'"
  | "'strict-dynamic'"
  | "'report-sample'"
  | "'unsafe-inline'"
  | "'unsafe-eval'"
  | "'unsafe-hashes'"
  | "'wasm-unsafe-eval'"
  | "'inline-speculation-rules'"

/** A script's or style's own hash, as `cspHash()` makes it. */
export type CspHash = `'sha256-${string}'` | `'sha384-${string}'` | `'sha512-${string}'`

/** Everything of a scheme. */
export type CspScheme = 'https:' | 'wss:' | 'data:' | 'blob:' | 'mediastream:'

/** An origin, a path below it, or every subdomain of it: `https://cdn.example.com`, `https://*.example.com`. */
export type CspHost = `https://${string}` | `wss://${string}` | `http://localhost${string}` | `ws://localhost${string}`

export type CspSource = CspKeyword | CspHash | CspScheme | CspHost | '*'

export type SandboxToken =
  | 'allow-downloads'
  | 'allow-forms'
  | 'allow-modals'
  | 'allow-orientation-lock'
  | 'allow-pointer-lock'
  | 'allow-popups'
  | 'allow-popups-to-escape-sandbox'
  | 'allow-presentation'
  | 'allow-same-origin'
  | 'allow-scripts'
  | 'allow-storage-access-by-user-activation'
  | 'allow-top-navigation'
  | 'allow-top-navigation-by-user-activation'
  | 'allow-top-navigation-to-custom-protocols'

/** Directives that list sources, and what these may do. */
const SOURCE_LISTS = {
  defaultSrc: 'script',
  scriptSrc: 'script',
  scriptSrcElem: 'script',
  scriptSrcAttr: 'script',
  workerSrc: 'worker',
  objectSrc: 'script',
  baseUri: 'script',
  styleSrc: 'style',
  styleSrcElem: 'style',
  styleSrcAttr: 'style',
  childSrc: 'other',
  connectSrc: 'other',
  fontSrc: 'other',
  formAction: 'other',
  frameAncestors: 'other',
  frameSrc: 'other',
  imgSrc: 'other',
  manifestSrc: 'other',
  mediaSrc: 'other',
} as const

export type SourceDirective = keyof typeof SOURCE_LISTS

/** Directives by name, each replacing the profile's. `false` takes a directive out. */
export interface CspDirectives extends Readonly<Partial<Record<SourceDirective, readonly CspSource[] | false>>> {
  readonly sandbox?: readonly SandboxToken[] | false
  /** Strings become script in no dangerous place unless a policy of these names has checked them. */
  readonly requireTrustedTypesFor?: readonly "'script'"[] | false
  readonly trustedTypes?: readonly string[] | false
  /** Sent over TLS only. */
  readonly upgradeInsecureRequests?: boolean
}

export type DirectiveName = keyof CspDirectives

export const SANDBOX_TOKENS: readonly SandboxToken[] = [
  'allow-downloads',
  'allow-forms',
  'allow-modals',
  'allow-orientation-lock',
  'allow-pointer-lock',
  'allow-popups',
  'allow-popups-to-escape-sandbox',
  'allow-presentation',
  'allow-same-origin',
  'allow-scripts',
  'allow-storage-access-by-user-activation',
  'allow-top-navigation',
  'allow-top-navigation-by-user-activation',
  'allow-top-navigation-to-custom-protocols',
]

export const SOURCE_DIRECTIVES: readonly SourceDirective[] = Object.keys(SOURCE_LISTS) as SourceDirective[]

export const DIRECTIVE_NAMES: readonly DirectiveName[] = [
  ...SOURCE_DIRECTIVES,
  'sandbox',
  'requireTrustedTypesFor',
  'trustedTypes',
  'upgradeInsecureRequests',
]

/** What a directive's sources may do. */
export function powerOf(name: SourceDirective): 'script' | 'worker' | 'style' | 'other' {
  return SOURCE_LISTS[name]
}

/** `scriptSrc` is `script-src` in the header. */
export function headerNameOf(name: DirectiveName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
