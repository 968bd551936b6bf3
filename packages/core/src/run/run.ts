import { type Answer, type Port, tell } from '../adapter/port.ts'
import { type Step, stepOf } from '../guard/step.ts'
import { ALLOW, type Verdict } from '../guard/verdict.ts'
import { problem } from '../problem/problem.ts'
import { isAmbiguous } from '../request/target.ts'
import { AMBIGUOUS_TARGET, REWRITTEN_TARGET } from '../request/target-guards.ts'
import { closeUnlessShort } from '../response/unread-body.ts'
import { addState } from '../state/slots.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { Exchange } from './exchange.ts'
import { carryExchange, exchangeOf } from './exchange-of.ts'
import { failed, judge } from './judge.ts'

/**
 * Runs guards in order. `true` when the request may go on; otherwise it has been answered.
 * Never throws or rejects, and makes no promise as long as the guards make none.
 */
export function run<Context>(port: Port<Context>, steps: readonly Step[], context: Context): Awaitable<boolean> {
  let exchange: Exchange | undefined
  try {
    exchange = open(port, context)
    return !exchange.over && advance(port, context, exchange, steps, 0)
  } catch (error) {
    return giveUp(port, context, exchange, error)
  }
}

/** The exchange of a request: made when its first guard runs, the same one ever after. */
function open<Context>(port: Port<Context>, context: Context): Exchange {
  const raw = port.request(context)
  const present = exchangeOf(raw)
  if (present) {
    present.enter(port as Port<unknown>, context)
    return present
  }
  const exchange = new Exchange(port as Port<unknown>, context)
  carryExchange(exchange)
  return exchange
}

function advance<Context>(
  port: Port<Context>,
  context: Context,
  exchange: Exchange,
  steps: readonly Step[],
  from: number,
): Awaitable<boolean> {
  const { request, state } = exchange
  for (let index = from; index < steps.length; index++) {
    const step = steps[index]!
    if (!step.early && !targetIsPlain(port, context, exchange)) return false
    const verdict = judge(step, request, state)
    if (verdict === ALLOW) continue
    if (verdict instanceof Promise) {
      return verdict
        .then((settled) => resume(port, context, exchange, steps, index + 1, settled))
        .catch((error: unknown) => giveUp(port, context, exchange, error))
    }
    if (!conclude(port, context, exchange, verdict)) return false
  }
  // The last guard, or one that ran before the target was found unambiguous, may have decided by the path.
  if (request.pathWasRead && !targetIsPlain(port, context, exchange)) return false
  port.expose(context, state)
  return true
}

/** Goes on after a guard that took its time, unless nobody waits for the answer any more. */
function resume<Context>(
  port: Port<Context>,
  context: Context,
  exchange: Exchange,
  steps: readonly Step[],
  next: number,
  verdict: Verdict,
): Awaitable<boolean> {
  if (exchange.over) {
    // Only what waits for the end of the response still matters.
    if (verdict.afterResponse) exchange.apply({ afterResponse: verdict.afterResponse })
    return false
  }
  return conclude(port, context, exchange, verdict) && advance(port, context, exchange, steps, next)
}

/** One path, one meaning: refuses what readers could read differently, and a path that changed after a guard read it. */
function targetIsPlain<Context>(port: Port<Context>, context: Context, exchange: Exchange): boolean {
  const { request } = exchange
  if (!exchange.targetChecked) {
    if (isAmbiguous(request.pathUnread, request.method))
      return conclude(port, context, exchange, judge(AMBIGUOUS_TARGET, request, exchange.state) as Verdict)
    exchange.targetChecked = true
  }
  if (!request.pathWasRead || port.stillAt(context, request.pathUnread)) return true
  return conclude(port, context, exchange, judge(REWRITTEN_TARGET, request, exchange.state) as Verdict)
}

/** Carries out one verdict. `true` when the request may go on. */
function conclude<Context>(port: Port<Context>, context: Context, exchange: Exchange, verdict: Verdict): boolean {
  if (verdict.kind !== 'allow') {
    exchange.refused = true
    closeUnlessShort(exchange.request.raw, exchange.response)
  }
  exchange.apply(verdict)
  if (verdict.kind === 'allow') {
    addState(exchange.state, verdict.state)
    return true
  }
  if (verdict.kind === 'deny') {
    const refusal = { ...verdict.problem, requestId: exchange.request.id }
    answer(port, context, exchange, { status: refusal.status, problem: refusal })
  } else {
    answer(port, context, exchange, { status: verdict.status, body: verdict.body })
  }
  return false
}

function answer<Context>(port: Port<Context>, context: Context, exchange: Exchange | undefined, answer: Answer): void {
  // The response does not have the prototype yet that would make its headers final.
  if (port.responsePrototype) exchange?.headers.seal(answer.status)
  port.answer(context, answer)
}

/** What is recorded when not a guard fails but what it decided can't be done. */
const CARRYING_OUT: Step = stepOf({ name: 'carrying out', layer: 'request', reads: 'head', check: () => ALLOW })

/** A defect while a verdict was carried out: the request is refused as well as it still can be. */
function giveUp<Context>(port: Port<Context>, context: Context, exchange: Exchange | undefined, error: unknown): false {
  const response = port.response(context)
  if (exchange) {
    exchange.refused = true
    failed(CARRYING_OUT, error, exchange)
  } else tell(port, context, error)
  try {
    if (response.headersSent) throw error
    const refusal = { ...problem('internal-error'), requestId: exchange?.request.id }
    answer(port, context, exchange, { status: refusal.status, problem: refusal })
  } catch {
    response.destroy()
  }
  return false
}
