export type { CircuitStateName } from './circuit.ts'
export { type CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts'
