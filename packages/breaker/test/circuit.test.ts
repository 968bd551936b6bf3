import type { Allow, Verdict } from '@ashlar/core'
import { fakeClock, testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { circuitBreaker } from '../src/index.ts'

type Result = 'success' | 'failure' | 'aborted' | 'refused'

/** What the documentation says, told as a list of calls instead of as states. */
class Model {
  #now = 0
  #period = 0
  #closed = true
  #openedAt = 0
  #failuresInARow = 0
  #succeeded = 0
  readonly #calls: { period: number; at: number; over: boolean; probe: boolean }[] = []
  readonly #failures: number
  readonly #openMs: number
  readonly #probes: number

  constructor(failures: number, openMs: number, probes: number) {
    this.#failures = failures
    this.#openMs = openMs
    this.#probes = probes
  }

  get state(): string {
    if (this.#closed) return 'closed'
    return this.#now - this.#openedAt < this.#openMs ? 'open' : 'half-open'
  }

  advance(ms: number): void {
    this.#now += ms
  }

  /** The number of the call, when it is let through. */
  begin(): number | undefined {
    if (this.state === 'open') return undefined
    const probe = !this.#closed
    if (
      probe &&
      this.#succeeded + this.#calls.filter((call) => this.#counts(call) && call.probe).length >= this.#probes
    )
      return undefined
    return this.#calls.push({ period: this.#period, at: this.#now, over: false, probe }) - 1
  }

  end(number: number, result: Result): void {
    const call = this.#calls[number]!
    const counts = this.#counts(call) && !(call.probe && this.#places.has(number))
    call.over = true
    if (!counts || result === 'aborted' || result === 'refused') return
    if (call.probe) {
      if (result === 'failure') this.#open()
      else if (++this.#succeeded === this.#probes) this.#close()
    } else if (result === 'success') this.#failuresInARow = 0
    else if (++this.#failuresInARow === this.#failures) this.#open()
  }

  /** Probes whose place another call has taken. */
  readonly #places = new Set<number>()

  /** To be called after a call was let through: those that ran out of time by now have lost their places. */
  settlePlaces(): void {
    this.#calls.forEach((call, number) => {
      if (call.probe && !call.over && this.#now - call.at >= this.#openMs) this.#places.add(number)
    })
  }

  #counts(call: { period: number; at: number; over: boolean; probe: boolean }): boolean {
    if (call.over || call.period !== this.#period) return false
    return !call.probe || !this.#places.has(this.#calls.indexOf(call))
  }

  #open(): void {
    this.#closed = false
    this.#openedAt = this.#now
    this.#succeeded = 0
    this.#period++
  }

  #close(): void {
    this.#closed = true
    this.#failuresInARow = 0
    this.#period++
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: 'begin' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        which: fc.nat(),
        result: fc.constantFrom<Result>('success', 'failure', 'failure', 'aborted', 'refused'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(1500) }) },
  ),
  { maxLength: 120, size: 'max' },
)

test('any interleaving of calls and times goes as the model says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      steps,
      (failures, seconds, probes, alreadyOpen, script) => {
        const clock = fakeClock()
        const guard = circuitBreaker({ name: 'model', failures, open: `${seconds}s`, probes, clock })
        const model = new Model(failures, seconds * 1000, probes)
        const running: { end: NonNullable<Allow['afterResponse']>; number: number }[] = []
        // Half of the scripts begin where most happens: as soon as a circuit lets probes through.
        const opening: typeof script = alreadyOpen
          ? [
              ...Array.from({ length: failures }, () => [
                { do: 'begin' as const },
                { do: 'end' as const, which: 0, result: 'failure' as const },
              ]).flat(),
              { do: 'advance', ms: seconds * 1000 },
            ]
          : []
        for (const step of [...opening, ...script]) {
          if (step.do === 'advance') {
            clock.advance(step.ms)
            model.advance(step.ms)
          } else if (step.do === 'begin') {
            const state = model.state
            if (state === 'half-open') model.settlePlaces()
            const number = model.begin()
            const verdict = guard.check(testRequest(), {}) as Verdict
            expect([state, verdict.kind]).toEqual([state, number === undefined ? 'deny' : 'allow'])
            if (number !== undefined) running.push({ end: verdict.afterResponse!, number })
          } else if (running.length > 0) {
            const [{ end, number }] = running.splice(step.which % running.length, 1) as [(typeof running)[0]]
            const { result } = step
            model.end(number, result)
            void end({
              status: result === 'failure' ? 500 : 200,
              aborted: result === 'aborted',
              refused: result === 'refused',
              durationMs: 1,
            })
          }
          expect(guard.state).toBe(model.state)
        }
      },
    ),
    { numRuns: 500 },
  )
})
