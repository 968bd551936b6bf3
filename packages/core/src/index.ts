export {
  AshlarError,
  ConfigurationError,
  type ConfigurationPlace,
  type ErrorCode,
  UnavailableError,
} from './errors.ts'
export { onEvent, onVerdict, publishEvent } from './events/channels.ts'
export type {
  AshlarEvent,
  Decision,
  EventName,
  PrincipalSummary,
  RequestCompleted,
  RequestSummary,
  SecurityEvent,
  VerdictEvent,
  ViolationSummary,
} from './events/events.ts'
export { chain } from './guard/chain.ts'
export { except } from './guard/except.ts'
export type { AnyGuard, Guard, Layer, Moment } from './guard/guard.ts'
export type { Added, AddsOf, InOrder, Needed, NeedsOf } from './guard/order.ts'
export { shadow } from './guard/shadow.ts'
export { some } from './guard/some.ts'
export {
  type Account,
  type AfterResponse,
  ALLOW,
  type Allow,
  type AppendedHeaders,
  allow,
  type BeforeHeaders,
  type Deny,
  deny,
  type Effects,
  type Headers,
  type Outcome,
  type Respond,
  respond,
  type Verdict,
} from './guard/verdict.ts'
export { when } from './guard/when.ts'
export { PROBLEMS, type Problem, type ProblemCode, problem } from './problem/problem.ts'
export type { PathPattern } from './request/path-pattern.ts'
export type { Query } from './request/query.ts'
export type { RequestView } from './request/request-view.ts'
export { amend } from './run/amend.ts'
export { requireFrontDoor } from './run/front-door-mark.ts'
export {
  type ApiKeyPrincipal,
  type BearerPrincipal,
  type Binding,
  type CertificatePrincipal,
  type CustomPrincipal,
  type EdgePrincipal,
  type Identity,
  type Principal,
  principal,
  type SessionPrincipal,
} from './state/principal.ts'
export { principalKey } from './state/principal-key.ts'
export { type RequestSource, type Slot, slot, stateOf } from './state/state.ts'
export type { Awaitable } from './time/awaitable.ts'
export { type WarningCode, warn } from './trouble/warn.ts'
