import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'

import type { Answer, Port } from '../adapter/port.ts'
import { events, verdicts } from '../events/channels.ts'
import type { EventName } from '../events/event-name.ts'
import type { Decision, RequestSummary } from '../events/events.ts'
import { outcomeOf, publishEvent, summaryOfPrincipal } from '../events/publish-event.ts'
import type { Outcome } from '../guard/outcome.ts'
import type { AfterResponse, Effects } from '../guard/verdict.ts'
import { RequestHead } from '../request/request-head.ts'
import { type AnsweredRequest, ResponseHeaders } from '../response/response-headers.ts'
import { closeUnlessShort } from '../response/unread-body.ts'
import { sealBeforeWriteHead } from '../response/write-head.ts'
import { type CarriedExchange, exchangeOfResponse } from '../state/carried-exchange.ts'
import { isLate } from '../state/late.ts'
import { offerLocals } from '../state/locals.ts'
import type { Principal } from '../state/principal.ts'
import { type SlotValues, slotValues } from '../state/slot-values.ts'
import { contain } from '../trouble/contain.ts'
import type { Witness } from './witness.ts'

/** One request and its response: everything that its guards share. */
export class Exchange implements CarriedExchange, Witness, AnsweredRequest {
  readonly request: RequestHead
  readonly response: ServerResponse
  readonly state: SlotValues = slotValues()
  readonly decisions: Decision[] = []
  /** The target has been found to mean one thing only. */
  targetChecked = false
  /** A guard has answered in the handler's place. */
  refused = false
  readonly #headers: ResponseHeaders
  readonly #startedAt: number = performance.now()
  /** Where in which framework the request is now. */
  #port: Port<unknown>
  #context: unknown
  /** Names of slots whose values are made when they are read. */
  #late: Set<string> | undefined = undefined
  #hooks: AfterResponse[] | undefined = undefined
  #watching = false
  #outcome: Outcome | undefined = undefined

  constructor(port: Port<unknown>, context: unknown) {
    this.request = new RequestHead(port.request(context), port.target(context), port.trust(context))
    this.response = port.response(context)
    this.#headers = new ResponseHeaders(this.response)
    this.#port = port
    this.#context = context
    this.request.enter(port, context)
    this.request.witness = this
    if (events.hasSubscribers) this.#watch()
  }

  /** The response is over: nothing more can be sent, and nobody waits for it. */
  get over(): boolean {
    return this.#outcome !== undefined || this.response.destroyed
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt
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

  /** Whether the framework still routes by this path. */
  stillAt(path: string): boolean {
    return this.#port.stillAt(this.#context, path)
  }

  apply(effects: Effects): void {
    if (effects.afterResponse) this.after(effects.afterResponse)
    const first = this.#headers.untouched
    this.#headers.apply(effects)
    if (!first || this.#headers.untouched) return
    if (this.#port.sealLater) this.#port.sealLater(this.#context)
    else sealBeforeWriteHead(this.response)
  }

  seal(status: number): void {
    this.#headers.seal(status, this)
  }

  /** Fills slots. */
  add(state: object | undefined): void {
    for (const name in state) {
      if (!Object.hasOwn(state, name)) continue
      const value = (state as SlotValues)[name]
      this.state[name] = value
      if (isLate(value)) (this.#late ??= new Set()).add(name)
    }
  }

  /** Makes what guards added reachable where the framework's users look for it. */
  expose(): void {
    const { raw } = this.request
    this.#port.expose(this.#context, this.state)
    if (this.#late && this.#port.locals) offerLocals(this.#port.locals(this.#context), this.#late, raw)
  }

  /** From now on a guard has answered, and the handler does not run. */
  refuse(): void {
    this.refused = true
    closeUnlessShort(this.request.raw, this.response)
  }

  answer(answer: Answer): void {
    this.#port.answer(this.#context, answer)
  }

  record(decision: Decision): void {
    // What is decided after the end is not part of the account that has been given.
    if (!this.#outcome) this.decisions.push(decision)
    if (verdicts.hasSubscribers) verdicts.publish(Object.freeze({ request: this.#summary(), decision }))
  }

  announce(name: EventName, decision: Decision): void {
    if (!events.hasSubscribers) return
    const { guard: by, reason } = decision
    publishEvent({ name, by, outcome: outcomeOf(decision), reason, request: this.#summary(), decision })
  }

  report(error: unknown): void {
    contain(() => this.#port.report(this.#context, error))
  }

  after(hook: AfterResponse): void {
    if (this.#outcome) {
      this.#call(hook, this.#outcome)
      return
    }
    ;(this.#hooks ??= []).push(hook)
    this.#watch()
  }

  /** The response is over; told once. */
  close(): void {
    if (this.#outcome) return
    const { response } = this
    const outcome = Object.freeze({
      status: response.statusCode,
      aborted: !response.writableFinished,
      refused: this.refused,
      durationMs: this.elapsedMs,
    })
    this.#outcome = outcome
    if (this.#hooks) for (const hook of this.#hooks) this.#call(hook, outcome)
    if (!events.hasSubscribers) return
    // Called by an event, whose emitter would pass on what a foreign principal or route throws when it is read.
    contain(
      () => this.#publishCompletion(outcome),
      (error) => this.report(error),
    )
  }

  /** `close` comes last on every path: after `finish` as well as on an abort. */
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    if (this.response.closed) queueMicrotask(() => this.close())
    else this.response.on('close', closeExchange)
  }

  #call(hook: AfterResponse, outcome: Outcome): void {
    contain(
      () => hook(outcome),
      (error) => this.report(error),
    )
  }

  #summary(): RequestSummary {
    const { id, methodUnread: method, route, recordedAddress: address } = this.request
    return Object.freeze({ id, method, route, address })
  }

  #publishCompletion(outcome: Outcome): void {
    const principal = this.state['principal'] as Principal | undefined
    events.publish(
      Object.freeze({
        name: 'request_completed',
        time: Date.now(),
        request: this.#summary(),
        principal: principal && summaryOfPrincipal(principal),
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
