import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { type Port, tell } from '../adapter/port.ts'
import { events, verdicts } from '../events/channels.ts'
import type { EventName } from '../events/event-name.ts'
import type { Decision, PrincipalSummary, RequestSummary, SecurityEvent } from '../events/events.ts'
import { publishEvent, summaryOfRequest } from '../events/publish-event.ts'
import type { Outcome } from '../guard/outcome.ts'
import type { AfterResponse, Effects } from '../guard/verdict.ts'
import { RequestHead } from '../request/request-head.ts'
import { ResponseHeaders } from '../response/response-headers.ts'
import type { Principal } from '../state/principal.ts'
import { exchangeOfResponse } from './exchange-of.ts'

/** State is looked up by name, so it must not inherit any. */
class State {
  [slot: string]: unknown
}
Object.setPrototypeOf(State.prototype, null)
Reflect.deleteProperty(State.prototype, 'constructor')

/** One request and its response: everything that its guards share. */
export class Exchange {
  readonly request: RequestHead
  readonly response: ServerResponse
  readonly state: Record<string, unknown> = new State()
  readonly headers: ResponseHeaders
  readonly decisions: Decision[] = []
  readonly startedAt: number = performance.now()
  /** A guard has answered in the handler's place. */
  refused = false
  /** The target has been found to mean one thing only. */
  targetChecked = false
  #port: Port<unknown>
  #context: unknown
  #hooks: AfterResponse[] | undefined = undefined
  #watching = false
  #outcome: Outcome | undefined = undefined

  constructor(port: Port<unknown>, context: unknown) {
    this.request = new RequestHead(port.request(context), port.target(context), port.trust(context))
    this.response = port.response(context)
    this.headers = new ResponseHeaders(this)
    this.#port = port
    this.#context = context
    this.request.enter(port, context)
    this.request.exchange = this
    if (events.hasSubscribers) this.#watch()
  }

  /** The response is over: nothing more can be sent, and nobody waits for it. */
  get over(): boolean {
    return this.#outcome !== undefined || this.response.destroyed
  }

  get responsePrototype(): ServerResponse | undefined {
    return this.#port.responsePrototype
  }

  get guardTimeoutMs(): number {
    return this.#port.guardTimeoutMs
  }

  /** The request has come to another place, in the same framework or behind the front door. */
  enter(port: Port<unknown>, context: unknown): void {
    this.#port = port
    this.#context = context
    this.request.enter(port, context)
  }

  apply(effects: Effects): void {
    if (effects.afterResponse) this.#after(effects.afterResponse)
    this.headers.apply(effects)
  }

  record(decision: Decision): void {
    // What is decided after the end is not part of the account that has been given.
    if (!this.#outcome) this.decisions.push(decision)
    if (verdicts.hasSubscribers) verdicts.publish(Object.freeze({ request: this.summary(), decision }))
  }

  announce(name: EventName, decision: Decision): void {
    if (!events.hasSubscribers) return
    const { guard: by, reason } = decision
    publishEvent({ name, by, outcome: outcomeOf(decision), reason, request: this.request, decision })
  }

  report(error: unknown): void {
    tell(this.#port, this.#context, error)
  }

  whenAborted(abort: () => void): void {
    this.#after((outcome) => {
      if (outcome.aborted) abort()
    })
  }

  summary(): RequestSummary {
    return summaryOfRequest(this.request)
  }

  #after(hook: AfterResponse): void {
    if (this.#outcome) {
      this.#call(hook, this.#outcome)
      return
    }
    ;(this.#hooks ??= []).push(hook)
    this.#watch()
  }

  /** `close` comes last on every path: after `finish` as well as on an abort. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    if (this.response.closed) queueMicrotask(() => this.close())
    else this.response.on('close', closeExchange)
  }

  /** The response is over; told once. */
  close(): void {
    if (this.#outcome) return
    const { response, refused } = this
    const durationMs = performance.now() - this.startedAt
    this.#outcome = Object.freeze({
      status: response.statusCode,
      aborted: !response.writableFinished,
      refused,
      durationMs,
    })
    if (this.#hooks) for (const hook of this.#hooks) this.#call(hook, this.#outcome)
    if (events.hasSubscribers) this.#publishCompletion(this.#outcome)
  }

  #call(hook: AfterResponse, outcome: Outcome): void {
    try {
      const result: unknown = hook(outcome)
      if (result instanceof Promise) result.catch((error: unknown) => this.report(error))
    } catch (error) {
      this.report(error)
    }
  }

  #publishCompletion(outcome: Outcome): void {
    events.publish(
      Object.freeze({
        name: 'request_completed',
        time: Date.now(),
        request: this.summary(),
        principal: principalSummary(this.state['principal'] as Principal | undefined),
        decisions: Object.freeze(this.decisions),
        outcome,
      }),
    )
  }
}

/** One listener for all, so that none is made for each. */
function closeExchange(this: ServerResponse): void {
  exchangeOfResponse(this)?.close()
}

/** A request is often logged whole; what guards know of it is not for the log. */
Object.defineProperty(Exchange.prototype, inspect.custom, { value: () => 'Exchange {}' })

/** A refusal in shadow is a check that failed, and nobody was turned away. */
function outcomeOf({ outcome }: Decision): SecurityEvent['outcome'] {
  if (outcome === 'deny') return 'refused'
  return outcome === 'error' || outcome === 'would-deny' ? 'failure' : 'success'
}

function principalSummary(principal: Principal | undefined): PrincipalSummary | undefined {
  return principal && Object.freeze({ kind: principal.kind, subject: principal.subject, issuer: principal.issuer })
}
