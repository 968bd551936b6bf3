import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import { type Allow, amend, Late, type LateSlot, lateSlot, type Slot } from '@ashlar/core'

import type { CompiledPolicy } from './content-security-policy.ts'

/** What `securityHeaders()` leaves on a request for a page that asks for a nonce. */
export interface CspState {
  readonly cspNonce: Late<string>
}

/** Policies by the header that carries them: constant texts until a nonce is asked for. */
export type Policies = Readonly<Record<string, CompiledPolicy>>

/** CSP 3 §7.1: at least 128 bits. */
const NONCE_BYTES = 16

/** Makes a nonce when one is asked for and puts it into the policies. */
export const nonceSlot: LateSlot<string, Policies> = lateSlot('cspNonce', (policies, raw) => {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  amend(raw, { headers: policiesWith(policies, nonce) })
  return nonce
})

/** The policies with a nonce in them, as header fields. */
function policiesWith(policies: Policies, nonce: string): Record<string, string> {
  return Object.fromEntries(Object.entries(policies).map(([header, policy]) => [header, policy.withNonce(nonce)]))
}

/**
 * The verdict for a page that has asked for its nonce before the guard runs, by an earlier one: this guard's policies count,
 * and the nonce is the one that the page has. `undefined` where none was asked for.
 */
export function withEarlierNonce(
  verdict: Allow<CspState>,
  policies: Policies,
  state: object,
  raw: IncomingMessage,
): Allow<CspState> | undefined {
  const { cspNonce: earlier } = state as Partial<CspState>
  if (!earlier?.made) return undefined
  const nonce = earlier.make(raw)
  return {
    ...verdict,
    headers: { ...verdict.headers, ...policiesWith(policies, nonce) },
    state: { cspNonce: new Late(() => nonce, true) },
  }
}

/**
 * This request's nonce for inline scripts and styles: `cspNonce.of(request)`. The same one each time it is asked for.
 * Templates find it as `cspNonce` on `res.locals` and `ctx.state`. Asking changes the policy of this one answer, so it must
 * be asked for before the headers are sent. Throws an AshlarError `ERR_STATE_MISSING` where `securityHeaders()` has not run.
 * @example response.send(`<script nonce="${cspNonce.of(request)}">start()</script>`)
 */
export const cspNonce: Slot<string> = nonceSlot
