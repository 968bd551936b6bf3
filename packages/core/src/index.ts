export {
  AshlarError,
  ConfigurationError,
  type ConfigurationPlace,
  type ErrorCode,
  UnavailableError,
} from './errors.ts'
export { onEvent, onVerdict } from './events/channels.ts'
export type { EventName } from './events/event-name.ts'
export type {
  AshlarEvent,
  Decision,
  ObjectSummary,
  PrincipalSummary,
  RequestCompleted,
  RequestSummary,
  SecurityEvent,
  SubjectSummary,
  VerdictEvent,
  ViolationSummary,
} from './events/events.ts'
export { type EventDraft, publishEvent } from './events/publish-event.ts'
export { chain } from './guard/chain.ts'
export { type Parts, partsOf } from './guard/combination.ts'
export { except } from './guard/except.ts'
export type { AnyGuard, Guard, Moment } from './guard/guard.ts'
export { type GuardDefinition, guard, type SlotsByName, type StateOf } from './guard/guard-maker.ts'
export type { Layer } from './guard/layer.ts'
export type { Added, AddsOf, InOrder, Needed, NeedsOf } from './guard/order.ts'
export type { Outcome } from './guard/outcome.ts'
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
  type Beside,
  type Deny,
  deny,
  type Effects,
  type Headers,
  type Respond,
  respond,
  type Verdict,
} from './guard/verdict.ts'
export { when } from './guard/when.ts'
export { PROBLEMS, type Problem, type ProblemCode, problem } from './problem/problem.ts'
export type { PathPattern } from './request/path-pattern.ts'
export type { Query, QueryMembers, QueryValue } from './request/query.ts'
export type { RequestView } from './request/request-view.ts'
export { amend } from './run/amend.ts'
export { Late } from './state/late.ts'
export { type LateSlot, lateSlot } from './state/late-slot.ts'
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
