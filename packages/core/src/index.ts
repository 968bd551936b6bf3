export { type AdapterOptions, type AdapterSettings, adapterSettings } from './adapter-options.ts'
export { canonicalAddress, clientAddress, compileTrust, type TrustProxy, trustNone } from './address.ts'
export { amend } from './amend.ts'
export type { Awaitable } from './awaitable.ts'
export { chain } from './chain.ts'
export { onEvent, onVerdict, publishEvent } from './channels.ts'
export { type Clock, systemClock } from './clock.ts'
export { removeContentHeaders } from './content-headers.ts'
export { type DeadlineOptions, withDeadline } from './deadline.ts'
export { type AnyMethod, type MethodDecorator, methodDecorator } from './decorator.ts'
export { problemOf } from './error-problem.ts'
export { AshlarError, ConfigurationError, type ErrorCode, UnavailableError } from './errors.ts'
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
} from './events.ts'
export { except } from './except.ts'
export { frontDoorMark, requireFrontDoor } from './front-door-mark.ts'
export type { AnyGuard, Guard, Layer, Moment } from './guard.ts'
export { type LateValue, offerLocals } from './locals.ts'
export { nearestName } from './nearest-name.ts'
export { checkOptionNames, type NumberRange, numberOption } from './options.ts'
export type { Added, AddsOf, InOrder, Needed, NeedsOf } from './order.ts'
export { parseUrl } from './parse-url.ts'
export { compilePaths, type PathPattern } from './path-pattern.ts'
export type { Answer, Port } from './port.ts'
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
} from './principal.ts'
export { PROBLEMS, type Problem, type ProblemCode, problem } from './problem.ts'
export type { Query } from './query.ts'
export type { Quota, QuotaClaim } from './quota.ts'
export { RequestHead } from './request-head.ts'
export type { RequestView } from './request-view.ts'
export { run } from './run.ts'
export { shadow } from './shadow.ts'
export { some } from './some.ts'
export { type RequestSource, type Slot, slot, stateOf } from './state.ts'
export { type Step, stepsOf } from './step.ts'
export { pathOf } from './target.ts'
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
} from './verdict.ts'
export { when } from './when.ts'
