import type { Decision } from '../events/events.ts'
import type { Ask } from './ask.ts'
import type { AnyGuard, Moment } from './guard.ts'
import type { Layer } from './layer.ts'

/** A guard made ready to run: checked, as it is now, and with what is published when it passes made once. */
export interface Step {
  readonly guard: AnyGuard
  /** Whom to ask: the guard as it was, since what becomes of it later changes no decision. */
  readonly asked: Pick<AnyGuard, 'check'>
  readonly name: string
  readonly layer: Layer
  readonly reads: Moment
  readonly needs: readonly string[] | undefined
  readonly adds: readonly string[]
  /** It reads more than the head, so it matters where it stands. */
  readonly late: boolean
  /** It may run before the target has been found unambiguous, so that its headers are on that refusal as well. */
  readonly early: boolean
  /** Of a combinator: how it asks its guards. They are published, it is not. */
  readonly ask: Ask | undefined
  /** Of a copy of a combinator, which is published as well: how it asks its guards. */
  readonly askAsCopy: Ask | undefined
  /** What is published when it passes, and when a condition spares it. */
  readonly passed: Decision
  readonly skipped: Decision
}
