import type { Layer } from '../guard/layer.ts'
import type { Outcome } from '../guard/outcome.ts'
import type { EventName } from './event-name.ts'

/** What is published of a request: no headers, no query, no path but the route's pattern. */
export interface RequestSummary {
  readonly id: string
  readonly method: string
  /** The pattern of the matched route; `undefined` before one is matched. */
  readonly route: string | undefined
  readonly address: string | undefined
}

/** What is published of a verdict. */
export interface Decision {
  readonly guard: string
  readonly layer: Layer
  /**
   * `would-deny` is what a guard in shadow would not have let pass, for whatever reason; `error` a refusal because the guard
   * failed, `skipped` a condition not met.
   */
  readonly outcome: 'allow' | 'deny' | 'respond' | 'would-deny' | 'error' | 'skipped'
  readonly status?: number | undefined
  /** The problem's code, or the error's. */
  readonly code?: string | undefined
  readonly reason?: string | undefined
}

/** What is published of a principal. */
export interface PrincipalSummary extends SubjectSummary {
  readonly kind: string
}

/** Published on `ashlar:verdict`, once for each guard that decided. */
export interface VerdictEvent {
  readonly request: RequestSummary
  readonly decision: Decision
}

/** Published on `ashlar:event` when the response has closed. */
export interface RequestCompleted {
  readonly name: 'request_completed'
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  readonly request: RequestSummary
  readonly principal: PrincipalSummary | undefined
  readonly decisions: readonly Decision[]
  readonly outcome: Outcome
}

/** Whom an event is about. */
export interface SubjectSummary {
  readonly subject: string
  readonly issuer?: string | undefined
  /** What kind of principal, where that is known. */
  readonly kind?: string | undefined
}

/** What an event is about: an API key, a session, a block. The id is no secret. */
export interface ObjectSummary {
  readonly kind: string
  readonly id: string
}

/**
 * Published on `ashlar:event`: something happened that is worth knowing. It is no decision, though a decision may be what
 * happened. Frozen, and nothing but these members: fixed texts and names, never input.
 */
export interface SecurityEvent {
  readonly name: EventName
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  /** The guard or the part that tells of it: `'rate limit api'`, `'api keys'`. */
  readonly by: string
  /** `refused`: somebody was turned away. `failure`: something that should work does not, such as a store that is lost. */
  readonly outcome: 'success' | 'failure' | 'refused'
  readonly reason?: string | undefined
  readonly request?: RequestSummary | undefined
  readonly subject?: SubjectSummary | undefined
  readonly object?: ObjectSummary | undefined
  /** The verdict that the event was raised by. */
  readonly decision?: Decision | undefined
  /** What a browser reported, with `policy_violation_reported`. */
  readonly violation?: ViolationSummary | undefined
}

/** What is published of a browser's report. Anybody can send one, so: known words and origins, never a path or a query. */
export interface ViolationSummary {
  /** The kind of report: `csp-violation`, `coep`, … */
  readonly type: string
  /** The directive or policy that was violated, where it is a known one. */
  readonly directive: string | undefined
  /** What was blocked: a keyword such as `inline`, or an origin. */
  readonly blocked: string | undefined
  /** The origin of the page. */
  readonly page: string | undefined
  /** Whether it was stopped, or only reported. */
  readonly disposition: 'enforce' | 'report'
}

export type AshlarEvent = RequestCompleted | SecurityEvent
