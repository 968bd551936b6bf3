import {
  type Allow,
  AshlarError,
  allow,
  ConfigurationError,
  deny,
  type Guard,
  guard,
  type Outcome,
  problem,
} from '@ashlar/core'
import {
  callback,
  clock,
  duration,
  having,
  type OptionReader,
  type OptionTable,
  optional,
  readOptions,
  text,
  wholeNumber,
} from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'
import { ConsecutiveBreaker, type IBreaker } from 'cockatiel'

import { type Admission, Circuit, type CircuitStateName } from './circuit.ts'

export interface CircuitBreakerOptions {
  /** What it protects, for people: `'payments'`. Published in events. */
  readonly name: string
  /** Failures in a row that open the circuit. Default 5. Not together with `strategy`. */
  readonly failures?: number
  /** How long it stays open. Default `'60s'`. */
  readonly open?: Duration
  /** Requests that are let through afterwards; all of them must succeed to close it. Default 1. */
  readonly probes?: number
  /** What counts as a failure. Default: a status of 500 or more. */
  readonly isFailure?: (outcome: Outcome) => boolean
  /** When a closed circuit opens, as a cockatiel breaker of its own: `new CountBreaker({ threshold: 0.5, size: 100 })`. */
  readonly strategy?: IBreaker
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface CircuitBreaker extends Guard {
  readonly state: CircuitStateName
}

const WHERE = 'circuitBreaker()'

const TAKEN = Symbol.for('@ashlar/breaker taken 1')
const shared = globalThis as { [TAKEN]?: WeakSet<IBreaker> }

/** A strategy counts, so two circuits must not share one, whichever copies of this package they are of. */
const taken: WeakSet<IBreaker> = (shared[TAKEN] ??= new WeakSet())

const breaker: OptionReader<IBreaker> = having<IBreaker>(
  ['success', 'failure'],
  'new CountBreaker({ threshold: 0.5, size: 100 })',
)

const OPTIONS = {
  name: text({
    pattern: /^[\w .:/-]{1,64}$/,
    says: 'what it protects, such as "payments": up to 64 letters, digits and " .:/_-"',
    quote: true,
  }),
  failures: optional(wholeNumber({ min: 1, max: 1_000_000 })),
  open: duration({ max: '30d', fallback: '60s' }),
  probes: wholeNumber({ min: 1, max: 1000, fallback: 1 }),
  isFailure: optional(callback<NonNullable<CircuitBreakerOptions['isFailure']>>()),
  strategy: optional<IBreaker>((value, at) => {
    const strategy = breaker(value, at)
    if (taken.has(strategy)) throw at.unsafe('counts for another circuit already. Make one for each')
    return strategy
  }),
  clock,
} satisfies OptionTable<CircuitBreakerOptions>

/**
 * Stops sending requests to a handler that keeps failing: 503 `circuit-open` with `Retry-After`, at once.
 * Requests that a later guard refused, or whose client went away, are neither a success nor a failure.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const payments = circuitBreaker({ name: 'payments', failures: 5, open: '30s' })
 * app.post('/payments', protect(payments), pay)
 * payments.state // 'closed', 'open' or 'half-open'
 */
export function circuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { name, failures, open, probes, isFailure, strategy, clock } = readOptions(WHERE, options, OPTIONS)
  const title = `circuit breaker ${name}`
  const hasFailed = failureTest(isFailure)
  const circuit = new Circuit({ guard: title, strategy: strategyOf(strategy, failures), openMs: open, probes, clock })

  let admitted: Admission | undefined
  let pass: Allow | undefined

  /** A closed circuit admits every call of a period alike, so one verdict serves them all. */
  function passOf(admission: Admission): Allow {
    if (pass && admission === admitted) return pass
    admitted = admission
    return (pass = allow({}, { afterResponse: (outcome) => settle(admission, outcome) }))
  }

  function settle(admission: Admission, outcome: Outcome): void {
    if (outcome.refused || outcome.aborted) {
      admission('nothing')
      return
    }
    let failed = true
    try {
      failed = hasFailed(outcome)
    } finally {
      // A test that throws has not said that the call went well.
      admission(failed ? 'failure' : 'success')
    }
  }

  const made = guard({
    name: title,
    layer: 'breaker',
    reads: 'head',
    check() {
      const admission = circuit.admit()
      if (admission) return passOf(admission)
      return deny(problem('circuit-open'), {
        headers: { 'Retry-After': String(Math.max(1, Math.ceil(circuit.opensInMs / 1000))) },
        reason: circuit.opensInMs > 0 ? 'the circuit is open' : 'the circuit is half-open and its probes are under way',
      })
    },
  })
  return Object.freeze<CircuitBreaker>({
    ...made,
    get state() {
      return circuit.state
    },
  })
}

function failureTest(test: CircuitBreakerOptions['isFailure']): (outcome: Outcome) => boolean {
  if (test === undefined) return ({ status }) => status >= 500
  return (outcome) => {
    const failed: unknown = test(outcome)
    if (typeof failed === 'boolean') return failed
    throw new AshlarError('ERR_OPTION_INVALID', `${WHERE}: "isFailure" must answer true or false.`)
  }
}

function strategyOf(strategy: IBreaker | undefined, failures: number | undefined): IBreaker {
  if (strategy === undefined) return new ConsecutiveBreaker(failures ?? 5)
  if (failures !== undefined) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${WHERE}: give "failures" or a "strategy", not both: the strategy decides by itself.`,
      { where: WHERE, option: 'strategy' },
    )
  }
  taken.add(strategy)
  return strategy
}
