import type { Allow, Awaitable, EventName, Headers, Principal, RequestView } from '@ashlar/core'

/** What a guard answers when it knows who is calling. */
export type Verified = Allow<{ readonly principal: Principal }>

/** A credential that was sent and is not accepted. */
export interface Fault {
  readonly kind: 'fault'
  /** `malformed`: 400, the request can't be understood. `invalid`: 401, the credential is not good. */
  readonly status: 'malformed' | 'invalid'
  /** For the operator: fixed text, never input. */
  readonly reason: string
  /** For the caller, and only what it may know; fixed text. */
  readonly description?: string
  /** The scheme that is challenged, where a source has several. */
  readonly scheme?: string
  /** Default `invalid_request` or `invalid_token` (RFC 6750 §3.1). */
  readonly error?: string
  /** Default `authn_login_fail`. */
  readonly event?: EventName
  readonly headers?: Headers
}

/** An authentication scheme with its parameters (RFC 9110 §11.6.1); the realm is added. */
export interface Challenge {
  readonly scheme: string
  readonly params?: Readonly<Record<string, string>>
}

/** One kind of credential. Made by `bearer()`, `apiKey()` and the like, or by an app for a credential of its own. */
export interface CredentialSource {
  readonly name: string
  /** `authorization` and `header` credentials exclude each other and win over a `cookie`, which wins over the `connection`. */
  readonly place: 'authorization' | 'header' | 'cookie' | 'connection'
  /** What a caller without credentials is told to send. */
  readonly challenges: readonly Challenge[]
  /**
   * The credential, where the request carries one of this kind; a fault where it can't be told which.
   * @param authorization the one `Authorization` header, where there is one
   */
  find(request: RequestView, authorization: string | undefined): string | Fault | undefined
  /** Whether a credential looks like this source's own, where several read the same header. Default: it does. */
  fits?(credential: string): boolean
  /** At once where the answer is known. Throws an `UnavailableError` when it can't be known now. */
  verify(credential: string, request: RequestView): Awaitable<Verified | Fault>
}

export function invalid(reason: string, more?: Partial<Fault>): Fault {
  return Object.freeze({ kind: 'fault', status: 'invalid', reason, ...more })
}

export function malformed(reason: string, more?: Partial<Fault>): Fault {
  return Object.freeze({ kind: 'fault', status: 'malformed', reason, ...more })
}
