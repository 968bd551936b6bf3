import type { ServerResponse } from 'node:http'

import type { Port } from '../adapter/port.ts'
import { ConfigurationError } from '../errors.ts'
import { effectsOf, releasesOf } from '../guard/effects.ts'
import type { Step } from '../guard/step.ts'
import { stepOf } from '../guard/steps-of.ts'
import { ALLOW, type Verdict } from '../guard/verdict.ts'
import { problem } from '../problem/problem.ts'
import { refusalOfChange, refusalOfTarget } from '../request/target-guards.ts'
import { carryExchange, exchangeOf } from '../state/carried-exchange.ts'
import type { Awaitable } from '../time/awaitable.ts'
import { isThenable } from '../time/is-thenable.ts'
import { contain } from '../trouble/contain.ts'
import { Exchange } from './exchange.ts'
import { failed, judge } from './judge.ts'

/**
 * Runs guards in order. `true` when the request may go on; otherwise it has been answered.
 * Never rejects, and makes no promise as long as the guards make none.
 * @throws ConfigurationError `ERR_MIDDLEWARE_MISUSED` where there is no request to look at
 */
export function run<Context>(port: Port<Context>, steps: readonly Step[], context: Context): Awaitable<boolean> {
  let exchange: Exchange
  try {
    exchange = open(port as Port<unknown>, context)
  } catch (error) {
    return turnAway(port, context, error)
  }
  try {
    return !exchange.over && advance(exchange, steps, 0)
  } catch (error) {
    return giveUp(exchange, error)
  }
}

/** The exchange of a request: made when its first guard runs, the same one ever after. */
function open(port: Port<unknown>, context: unknown): Exchange {
  const raw = port.request(context)
  const present = exchangeOf(raw) as Exchange | undefined
  if (present) {
    present.enter(port, context)
    return present
  }
  const exchange = new Exchange(port, context)
  carryExchange(raw, exchange)
  return exchange
}

function advance(exchange: Exchange, steps: readonly Step[], from: number): Awaitable<boolean> {
  const { request, state } = exchange
  for (let index = from; index < steps.length; index++) {
    const step = steps[index]!
    if (!step.early && !isPlain(exchange)) return false
    const verdict = judge(step, request, state)
    if (verdict === ALLOW) continue
    if (isThenable(verdict)) {
      return verdict
        .then((settled) => resume(exchange, steps, index + 1, settled))
        .catch((error: unknown) => giveUp(exchange, error))
    }
    if (!conclude(exchange, verdict)) return false
  }
  // Nobody may have looked at the target yet, and the last guard may have decided by what it read.
  if (steps.length > 0 && !isPlain(exchange)) return false
  exchange.expose()
  return true
}

/** Goes on after a guard that took its time, unless nobody waits for the answer any more. */
function resume(exchange: Exchange, steps: readonly Step[], next: number, verdict: Verdict): Awaitable<boolean> {
  if (exchange.over) {
    for (const release of releasesOf(verdict)) exchange.apply(release)
    return false
  }
  return conclude(exchange, verdict) && advance(exchange, steps, next)
}

/** One request, one meaning: refuses what readers could read differently, and what changed after a guard read it. */
function isPlain(exchange: Exchange): boolean {
  const { request } = exchange
  if (!exchange.targetChecked) {
    const refusal = refusalOfTarget(request)
    if (refusal) return refuseTarget(exchange, refusal)
    exchange.targetChecked = true
  }
  if (request.read === 0) return true
  const change = request.change ?? (request.pathWasRead && !exchange.stillAt(request.pathUnread) ? 'path' : undefined)
  return change === undefined || refuseTarget(exchange, refusalOfChange(change))
}

function refuseTarget(exchange: Exchange, refusal: Step): false {
  conclude(exchange, judge(refusal, exchange.request, exchange.state) as Verdict)
  return false
}

/** What these answer has no body, so nothing is to say how long it is (RFC 9110 §8.6, §15.3.6). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** Carries out one verdict. `true` when the request may go on. */
function conclude(exchange: Exchange, verdict: Verdict): boolean {
  if (verdict.kind !== 'allow') exchange.refuse()
  if (verdict.also) for (const effects of effectsOf(verdict)) exchange.apply(effects)
  else exchange.apply(verdict)
  if (verdict.kind === 'allow') {
    if (verdict.state) exchange.add(verdict.state)
    return true
  }
  if (verdict.kind === 'deny') {
    const refusal = { ...verdict.problem, requestId: exchange.request.id }
    exchange.answer({ status: refusal.status, problem: refusal })
  } else {
    const { status, body } = verdict
    exchange.answer({ status, body: BODILESS.has(status) ? undefined : body })
  }
  return false
}

/** What is recorded when not a guard fails but what it decided can't be done. */
const CARRYING_OUT: Step = stepOf({ name: 'carrying out', layer: 'request', reads: 'head', check: () => ALLOW })

/** A defect while a verdict was carried out: the request is refused as well as it still can be. */
function giveUp(exchange: Exchange, error: unknown): false {
  const { response } = exchange
  try {
    failed(CARRYING_OUT, error, exchange)
    exchange.refuse()
    if (response.headersSent) throw error
    const refusal = { ...problem('internal-error'), requestId: exchange.request.id }
    exchange.answer({ status: refusal.status, problem: refusal })
  } catch {
    response.destroy()
  }
  return false
}

/**
 * Answers a request that can't even be looked at, because the framework does not hold what it should, or that failed where
 * nobody else would answer it.
 * @throws ConfigurationError `ERR_MIDDLEWARE_MISUSED` where there is no response
 */
export function turnAway<Context>(port: Port<Context>, context: Context, error: unknown): false {
  const response = responseOf(port, context)
  contain(() => port.report(context, error))
  try {
    if (response.headersSent) throw error
    const refusal = problem('internal-error')
    port.answer(context, { status: refusal.status, problem: refusal })
  } catch {
    response.destroy()
  }
  return false
}

function responseOf<Context>(port: Port<Context>, context: Context): ServerResponse {
  try {
    const response = port.response(context)
    if (typeof response.setHeader === 'function') return response
  } catch {
    // There is none.
  }
  throw new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'What is protected was called without a request and its response. What only its class is to call is a #private method.',
  )
}
