import type { Layer } from '../guard/guard.ts'
import type { Outcome } from '../guard/verdict.ts'

/** Names of security events: the OWASP logging vocabulary, and ours where it has no word. */
export type EventName =
  | 'authn_login_fail'
  | 'authn_token_reuse'
  | 'authz_fail'
  | 'excess_rate_limit_exceeded'
  | 'input_validation_fail'
  | 'malicious_cors'
  | 'malicious_extraneous'
  | 'policy_violation_reported'
  | 'breaker_opened'
  | 'breaker_closed'
  | 'guard_failed'
  | 'blocklist_added'
  | 'blocklist_removed'
  | 'rate_limit_override_failed'
  | 'rate_limit_store_lost'
  | 'rate_limit_store_restored'

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
  /** `would-deny` is a refusal in shadow, `error` a refusal because the guard failed, `skipped` a condition not met. */
  readonly outcome: 'allow' | 'deny' | 'respond' | 'would-deny' | 'error' | 'skipped'
  readonly status?: number | undefined
  /** The problem's code, or the error's. */
  readonly code?: string | undefined
  readonly reason?: string | undefined
}

/** What is published of a principal. */
export interface PrincipalSummary {
  readonly kind: string
  readonly subject: string
  readonly issuer?: string | undefined
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

/** Published on `ashlar:event` when a verdict means more than that a guard decided. */
export interface SecurityEvent {
  readonly name: EventName
  readonly time: number
  readonly request: RequestSummary | undefined
  readonly decision: Decision
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
