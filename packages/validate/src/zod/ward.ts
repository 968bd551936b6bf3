import { isThenable } from '@ashlar/core/time'

type Foreign = (...values: unknown[]) => unknown

/**
 * Where a run keeps what failed in it. zod forgets promises that it has begun: where a sibling throws, where an alternative
 * is right at once, where two fail. One that rejects then would end the process. Under a ward nothing rejects or throws.
 */
export class Ward {
  #failure: { readonly error: unknown } | undefined
  #pending = 0
  #atRest: (() => void) | undefined

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /** Whether something that was begun has not ended, be it zod's or the app's. */
  get busy(): boolean {
    return this.#pending > 0
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Makes the ward as new, for a run after this one. @throws the failure of this one */
  close(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
  }

  /** Fulfilled when everything that was begun has ended, whether zod waited for it or not. */
  async idle(): Promise<void> {
    do {
      if (this.busy) {
        await new Promise<void>((resolve) => {
          this.#atRest = resolve
        })
      }
      // What has ended may be followed by more, which zod begins before the turn is over.
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.busy)
  }

  /** What the app wrote, made harmless. After a failure it is called no more: there is no right input to call it with. */
  contain(foreign: Foreign): Foreign {
    const ward = this
    return function contained(this: unknown, ...values) {
      if (ward.failed) return undefined
      try {
        const answer = foreign.apply(this, values)
        return isThenable(answer) ? ward.#watch(Promise.resolve(answer), (error) => ward.fail(error)) : answer
      } catch (error) {
        ward.fail(error)
        return undefined
      }
    }
  }

  /** A function that zod asks for an answer at once: a promise in its place is an error, whatever becomes of it. */
  containAtOnce(foreign: Foreign, name: string): Foreign {
    const contained = this.contain(foreign)
    const ward = this
    return function atOnce(this: unknown, ...values) {
      const answer = contained.apply(this, values)
      if (!isThenable(answer)) return answer
      ward.fail(new TypeError(`A schema has an asynchronous function for "${name}", for which zod does not wait.`))
      return undefined
    }
  }

  /** A step of zod's own, made harmless: it runs out of stack where the input is nested too deeply. */
  containStep<Given extends unknown[], Answer>(
    step: (...given: Given) => Answer | PromiseLike<Answer>,
    instead: (...given: Given) => Answer,
  ): (...given: Given) => Answer | PromiseLike<Answer> {
    return (...given) => {
      if (this.failed) return instead(...given)
      const lose = (error: unknown) => {
        this.fail(error)
        return instead(...given)
      }
      try {
        const answer = step(...given)
        return isThenable(answer) ? this.#watch(answer, lose) : answer
      } catch (error) {
        return lose(error)
      }
    }
  }

  /** The same promise, which never rejects. */
  #watch<Answer, Instead>(
    answer: PromiseLike<Answer>,
    instead: (error: unknown) => Instead,
  ): PromiseLike<Answer | Instead> {
    this.#pending++
    return answer.then(
      (value) => {
        this.#ended()
        return value
      },
      (error: unknown) => {
        this.#ended()
        return instead(error)
      },
    )
  }

  #ended(): void {
    if (--this.#pending === 0) this.#atRest?.()
  }
}
