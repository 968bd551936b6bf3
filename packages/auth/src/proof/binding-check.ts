import type { Awaitable, Binding, RequestView } from '@ashlar/core'

import { type Challenge, type Fault, invalid } from '../credential-source.ts'
import type { ProofOfPossession } from './proof-of-possession.ts'

const UNBOUND = invalid('the token is bound to a key that the caller has not shown to hold')
const NOT_BOUND = invalid('the token is not bound to a DPoP key', { scheme: 'DPoP' })

const BEARER = { usual: 'Bearer ', any: /^bearer(?: |$)/i }
const DPOP = { usual: 'DPoP ', any: /^dpop(?: |$)/i }

/** Which proofs callers can give, and what follows for the schemes that tokens are sent with. */
export class BindingCheck {
  /** What callers without credentials are told to send. */
  readonly challenges: readonly Challenge[]
  readonly #proofs: ReadonlyMap<Binding['kind'], ProofOfPossession>

  constructor(proofs: readonly ProofOfPossession[]) {
    this.#proofs = new Map(proofs.map((proof) => [proof.kind, proof]))
    this.challenges = [{ scheme: 'Bearer' }, ...proofs.flatMap(({ challenge }) => challenge ?? [])]
  }

  /** Whether an Authorization header is of a scheme that carries tokens here. */
  reads(authorization: string): boolean {
    return isScheme(BEARER, authorization) || (this.#proofs.has('dpop') && isScheme(DPOP, authorization))
  }

  /** A token that is bound to a DPoP key is sent by the DPoP scheme, and no other is (RFC 9449 §7.1). */
  schemeFault(authorization: string, binding: Binding | undefined): Fault | undefined {
    if (binding && !this.#proofs.has(binding.kind)) return UNBOUND
    if (isScheme(DPOP, authorization)) return binding?.kind === 'dpop' ? undefined : NOT_BOUND
    return binding?.kind === 'dpop' ? UNBOUND : undefined
  }

  prove(binding: Binding, request: RequestView, authorization: string): Awaitable<Fault | undefined> {
    const token = authorization.slice(authorization.lastIndexOf(' ') + 1)
    return this.#proofs.get(binding.kind)!.verify(binding, request, token)
  }
}

function isScheme({ usual, any }: { readonly usual: string; readonly any: RegExp }, authorization: string): boolean {
  return authorization.startsWith(usual) || any.test(authorization)
}
