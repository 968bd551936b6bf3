import type { Awaitable, Binding, RequestView } from '@ashlar/core'
import { having, listOf, type OptionReader, orElse } from '@ashlar/core/options'

import type { Challenge, Fault } from '../credential-source.ts'

/** How a caller shows that it holds the key that its token is bound to. Made by `dpop()` and `certificateBinding()`. */
export interface ProofOfPossession {
  readonly kind: Binding['kind']
  /** The scheme that such tokens are sent with, where it is one of its own. */
  readonly challenge?: Challenge
  /** `undefined` when the proof is good. Throws an `UnavailableError` when it can't be known now. */
  verify(binding: Binding, request: RequestView, token: string): Awaitable<Fault | undefined>
}

const list = listOf(having<ProofOfPossession>(['verify'], 'dpop({ … }) or certificateBinding(…)'), { min: 0 })

/** An option that takes proofs, one for each kind of binding; none where it is left out. */
export const proofs: OptionReader<readonly ProofOfPossession[]> = orElse(
  (value, at) => {
    const given = list(value, at)
    const kinds = new Set(given.map(({ kind }) => kind))
    for (const kind of kinds) {
      if (kind !== 'dpop' && kind !== 'certificate') throw at.invalid('a list of proofs for "dpop" and "certificate"')
    }
    if (kinds.size < given.length) throw at.invalid('a list with one proof for each kind of binding')
    return given
  },
  () => [],
)
