import type { Awaitable } from './awaitable.ts'
import { Exchange } from './exchange.ts'
import { carryExchange, exchangeOf } from './exchange-of.ts'
import { judge } from './judge.ts'
import type { Port } from './port.ts'
import { problem } from './problem.ts'
import { RequestHead } from './request-head.ts'
import type { Step } from './step.ts'
import { isAmbiguous } from './target.ts'
import { AMBIGUOUS_TARGET, REWRITTEN_TARGET } from './target-guards.ts'
import { ALLOW, type Verdict } from './verdict.ts'

/**
 * Runs guards in order. `true` when the request may go on; otherwise it has been answered.
 * Never throws or rejects, and makes no promise as long as the guards make none.
 */
export function run<Context>(port: Port<Context>, steps: readonly Step[], context: Context): Awaitable<boolean> {
  let exchange: Exchange | undefined
  try {
    exchange = open(port, context)
    return advance(port, context, exchange, steps, 0)
  } catch (error) {
    return giveUp(port, context, exchange, error)
  }
}

/** The exchange of a request: made when its first guard runs, the same one ever after. */
function open<Context>(port: Port<Context>, context: Context): Exchange {
  const raw = port.request(context)
  const present = exchangeOf(raw)
  if (present) {
    present.request.enter(port, context)
    return present
  }
  const request = new RequestHead(raw, port.target(context), port.trust(context))
  request.enter(port, context)
  const exchange = new Exchange(request, port.response(context), port.guardTimeoutMs, (error) =>
    port.report(context, error),
  )
  carryExchange(raw, exchange)
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
        .then(
          (settled) => conclude(port, context, exchange, settled) && advance(port, context, exchange, steps, index + 1),
        )
        .catch((error: unknown) => giveUp(port, context, exchange, error))
    }
    if (!conclude(port, context, exchange, verdict)) return false
  }
  port.expose(context, state)
  return true
}

/** One path, one meaning: refuses what readers could read differently, and a path that changed after a guard read it. */
function targetIsPlain<Context>(port: Port<Context>, context: Context, exchange: Exchange): boolean {
  const { request } = exchange
  if (!exchange.targetChecked) {
    if (isAmbiguous(request.pathUnread))
      return conclude(port, context, exchange, judge(AMBIGUOUS_TARGET, request, exchange.state) as Verdict)
    exchange.targetChecked = true
  }
  if (!request.pathWasRead || port.stillAt(context, request.pathUnread)) return true
  return conclude(port, context, exchange, judge(REWRITTEN_TARGET, request, exchange.state) as Verdict)
}

/** Carries out one verdict. `true` when the request may go on. */
function conclude<Context>(port: Port<Context>, context: Context, exchange: Exchange, verdict: Verdict): boolean {
  if (exchange.over) {
    // Nobody is left to answer; only what waits for the end of the response still matters.
    if (verdict.afterResponse) exchange.apply({ afterResponse: verdict.afterResponse })
    return false
  }
  if (verdict.kind !== 'allow') exchange.refused = true
  exchange.apply(verdict)
  if (verdict.kind === 'allow') {
    const added = verdict.state as Record<string, unknown> | undefined
    for (const name in added) exchange.state[name] = added[name]
    return true
  }
  if (verdict.kind === 'deny') {
    const refusal = { ...verdict.problem, requestId: exchange.request.id }
    port.answer(context, { status: refusal.status, problem: refusal, body: JSON.stringify(refusal) })
  } else {
    port.answer(context, { status: verdict.status, body: verdict.body })
  }
  return false
}

/** A defect while a verdict was carried out: the request is refused as well as it still can be. */
function giveUp<Context>(port: Port<Context>, context: Context, exchange: Exchange | undefined, error: unknown): false {
  port.report(context, error)
  const response = port.response(context)
  if (exchange) exchange.refused = true
  if (response.headersSent) {
    response.destroy()
    return false
  }
  const refusal = problem('internal-error')
  port.answer(context, { status: refusal.status, problem: refusal, body: JSON.stringify(refusal) })
  return false
}
