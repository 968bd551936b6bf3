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
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'
import { ConsecutiveBreaker, type IBreaker } from 'cockatiel'

import { type Admission, Circuit, type CircuitStateName } from './circuit.ts'

export interface CircuitBreakerOptions {
  /** What it protects, for people: `'payments'`. Published in events. */
  readonly name: string
  /** Failures in a row that open the circuit. Default 5. Not together with `strategy`. */
  readonly failures?: number
  /** How long it stays open, in seconds. Default 60. */
  readonly openSeconds?: number
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

const OPTIONS: readonly string[] = ['name', 'failures', 'openSeconds', 'probes', 'isFailure', 'strategy', 'clock']
const THIRTY_DAYS = 30 * 24 * 60 * 60

/** A strategy counts, so two circuits must not share one. */
const taken: WeakSet<IBreaker> = new WeakSet()

/**
 * Stops sending requests to a handler that keeps failing: 503 `circuit-open` with `Retry-After`, at once.
 * Requests that a later guard refused, or whose client went away, are neither a success nor a failure.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function circuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  checkOptionNames('circuitBreaker()', options, OPTIONS)
  const name = `circuit breaker ${nameOption(options.name)}`
  const openSeconds = numberOption('circuitBreaker()', 'openSeconds', options.openSeconds, {
    min: 0.001,
    max: THIRTY_DAYS,
    fallback: 60,
  })
  const probes = numberOption('circuitBreaker()', 'probes', options.probes, {
    min: 1,
    max: 1000,
    integer: true,
    fallback: 1,
  })
  const isFailure = failureTest(options.isFailure)
  const clock = clockOption(options.clock)
  const circuit = new Circuit({ guard: name, strategy: strategyOf(options), openMs: openSeconds * 1000, probes, clock })

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
      failed = isFailure(outcome)
    } finally {
      // A test that throws has not said that the call went well.
      admission(failed ? 'failure' : 'success')
    }
  }

  const made = guard({
    name,
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

function nameOption(name: unknown): string {
  if (typeof name === 'string' && /^[\w .:/-]{1,64}$/.test(name)) return name
  throw new ConfigurationError(
    name === undefined ? 'ERR_OPTION_MISSING' : 'ERR_OPTION_INVALID',
    'circuitBreaker(): "name" says what it protects, such as "payments": up to 64 letters, digits and " .:/_-".',
  )
}

function failureTest(test: CircuitBreakerOptions['isFailure']): (outcome: Outcome) => boolean {
  if (test === undefined) return ({ status }) => status >= 500
  if (typeof test !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'circuitBreaker(): "isFailure" must be a function.')
  }
  return (outcome) => {
    const failed: unknown = test(outcome)
    if (typeof failed === 'boolean') return failed
    throw new AshlarError('ERR_OPTION_INVALID', 'circuitBreaker(): "isFailure" must answer true or false.')
  }
}

function strategyOf({ strategy, failures }: CircuitBreakerOptions): IBreaker {
  const range = { min: 1, max: 1_000_000, integer: true, fallback: 5 }
  const threshold = numberOption('circuitBreaker()', 'failures', failures, range)
  if (strategy === undefined) return new ConsecutiveBreaker(threshold)
  if (failures !== undefined) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      'circuitBreaker(): give "failures" or a "strategy", not both: the strategy decides by itself.',
    )
  }
  if (typeof strategy?.success !== 'function' || typeof strategy.failure !== 'function') {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      'circuitBreaker(): "strategy" must be a cockatiel breaker, such as new CountBreaker({ threshold: 0.5, size: 100 }).',
    )
  }
  if (taken.has(strategy)) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      'circuitBreaker(): this "strategy" counts for another circuit already. Make one for each.',
    )
  }
  taken.add(strategy)
  return strategy
}

function clockOption(clock: Clock | undefined): Clock {
  if (clock === undefined) return systemClock
  if (typeof clock?.now === 'function') return clock
  throw new ConfigurationError('ERR_OPTION_INVALID', 'circuitBreaker(): "clock" must have a now() function.')
}
