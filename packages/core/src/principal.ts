import { type Slot, slot } from './state.ts'

/** Who is calling, as the authentication layer established it. */
export interface Principal {
  /** How it was established: `'bearer'`, `'api-key'`, … */
  readonly kind: string
  /** Unique together with the issuer. */
  readonly subject: string
  readonly issuer?: string | undefined
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** The tier that rate limits go by. */
  readonly tier?: string | undefined
  /** What the credential says beyond that. Frozen, and never published. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The slot that authentication fills and authorization needs. */
export const principal: Slot<Principal> = slot<Principal>('principal')
