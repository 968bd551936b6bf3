import { randomBytes } from 'node:crypto'

import { amend, type Late, type LateSlot, lateSlot, type Slot } from '@ashlar/core'

import type { CompiledPolicy } from './content-security-policy.ts'

/** What `securityHeaders()` leaves on a request for a page that asks for a nonce. */
export interface CspState {
  readonly cspNonce: Late<string>
}

/** Policies by the header that carries them: constant texts until a nonce is asked for. */
type Policies = Readonly<Record<string, CompiledPolicy>>

/** CSP 3 §7.1: at least 128 bits. */
const NONCE_BYTES = 16

/** Makes a nonce when one is asked for and puts it into the policies. */
export const nonceSlot: LateSlot<string, Policies> = lateSlot('cspNonce', (policies, raw) => {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const headers: Record<string, string> = {}
  for (const [header, policy] of Object.entries(policies)) headers[header] = policy.withNonce(nonce)
  amend(raw, { headers })
  return nonce
})

/**
 * This request's nonce for inline scripts and styles: `cspNonce.of(request)`. The same one each time it is asked for.
 * Templates find it as `cspNonce` on `res.locals` and `ctx.state`. Asking changes the policy of this one answer, so it must
 * be asked for before the headers are sent. Throws an AshlarError `ERR_STATE_MISSING` where `securityHeaders()` has not run.
 * @example response.send(`<script nonce="${cspNonce.of(request)}">start()</script>`)
 */
export const cspNonce: Slot<string> = nonceSlot
