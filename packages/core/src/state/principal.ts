import { type Slot, slot } from './state.ts'

/** What every principal has, however it was established. Frozen. */
export interface Identity {
  /** Unique together with the issuer. */
  readonly subject: string
  readonly issuer?: string | undefined
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** The tier that rate limits go by. */
  readonly tier?: string | undefined
  /** Authentication context class: how strongly the caller was authenticated (OpenID Connect Core §2). */
  readonly acr?: string | undefined
  /** Authentication methods used, such as `pwd` and `otp` (RFC 8176). */
  readonly amr?: readonly string[] | undefined
  /** When the caller last proved who it is, in milliseconds since the Unix epoch. */
  readonly authenticatedAt?: number | undefined
  /** When the credential ends, in milliseconds since the Unix epoch. */
  readonly expiresAt?: number | undefined
  /** The key that the credential is bound to; whoever presents it has proved to hold that key. */
  readonly binding?: Binding | undefined
  /** What the credential says beyond that. Frozen, and never published. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Proof of possession: a DPoP key (RFC 9449) or a client certificate (RFC 8705). `thumbprint`: SHA-256, base64url. */
export interface Binding {
  readonly kind: 'dpop' | 'certificate'
  readonly thumbprint: string
}

/** By an access token. */
export interface BearerPrincipal extends Identity {
  readonly kind: 'bearer'
  readonly tokenId?: string | undefined
  readonly clientId?: string | undefined
  readonly sessionId?: string | undefined
}

/** By an API key. */
export interface ApiKeyPrincipal extends Identity {
  readonly kind: 'api-key'
  /** Names the key and is no secret. */
  readonly keyId: string
}

/** By a session cookie. */
export interface SessionPrincipal extends Identity {
  readonly kind: 'session'
  /** Names the session and is no secret. */
  readonly sessionId: string
}

/** By a TLS client certificate. `thumbprint`: SHA-256 of the certificate, base64url. */
export interface CertificatePrincipal extends Identity {
  readonly kind: 'certificate'
  readonly thumbprint: string
}

/** By headers that a trusted gateway has signed. */
export interface EdgePrincipal extends Identity {
  readonly kind: 'edge'
}

/** By a credential of the app's own. */
export interface CustomPrincipal extends Identity {
  readonly kind: 'custom'
}

/** Who is calling, as the authentication layer established it. */
export type Principal =
  | BearerPrincipal
  | ApiKeyPrincipal
  | SessionPrincipal
  | CertificatePrincipal
  | EdgePrincipal
  | CustomPrincipal

/** The slot that authentication fills and authorization needs. */
export const principal: Slot<Principal> = slot<Principal>('principal')
