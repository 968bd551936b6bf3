import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import { amend, type RequestSource, type Slot, slot } from '@ashlar/core'
import type { LateValue } from '@ashlar/core/adapter'

import type { CompiledPolicy } from './content-security-policy.ts'

/** What `securityHeaders()` leaves on a request for a page that asks for a nonce. */
export interface CspState {
  readonly cspNonce: LateValue<string>
}

const late: Slot<LateValue<string>> = slot('cspNonce')
const nonces = new WeakMap<IncomingMessage, string>()
/** CSP 3 §7.1: at least 128 bits. */
const NONCE_BYTES = 16

/**
 * This request's nonce for inline scripts and styles: `<script nonce="…">`. The same one each time it is asked for.
 * Templates find it as `cspNonce` on `res.locals` and `ctx.state`. Asking changes the policy of this one answer, so it must be asked for before the headers are sent.
 * @throws AshlarError `ERR_STATE_MISSING` where `securityHeaders()` has not run
 */
export function cspNonce(source: RequestSource): string {
  return late.of(source)('req' in source ? source.req : source)
}

/** Makes a nonce when one is asked for and puts it into the policies, which are constant texts until then. */
export function nonceSource(policies: Readonly<Record<string, CompiledPolicy>>): CspState {
  function nonceFor(raw: IncomingMessage): string {
    const present = nonces.get(raw)
    if (present !== undefined) return present
    const nonce = randomBytes(NONCE_BYTES).toString('base64')
    const headers: Record<string, string> = {}
    for (const [header, policy] of Object.entries(policies)) headers[header] = policy.withNonce(nonce)
    amend(raw, { headers })
    nonces.set(raw, nonce)
    return nonce
  }
  return { cspNonce: nonceFor }
}
