import type { Awaitable, Binding, RequestView } from '@ashlar/core'

import type { Challenge, Fault } from '../credential-source.ts'

/** How a caller shows that it holds the key that its token is bound to. Made by `dpop()` and `certificateBinding()`. */
export interface ProofOfPossession {
  readonly kind: Binding['kind']
  /** The scheme that such tokens are sent with, where it is one of its own. */
  readonly challenge?: Challenge
  /** `undefined` when the proof is good. Throws an `UnavailableError` when it can't be known now. */
  verify(binding: Binding, request: RequestView, token: string): Awaitable<Fault | undefined>
}
