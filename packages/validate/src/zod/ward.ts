import { isThenable } from '@ashlar/core/time'

type Foreign = (...values: unknown[]) => unknown

/**
 * Where a run keeps what failed in it. zod forgets promises that it has begun: where a sibling throws, where an alternative
 * is right at once, where two fail. One that rejects then would end the process. Under a ward nothing rejects or throws.
 */
export class Ward {
  #failure: { readonly error: unknown } | undefined
  readonly #pending = new Set<Promise<unknown>>()

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /** Whether something that was begun has not ended. */
  get busy(): boolean {
    return this.#pending.size > 0
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** @throws the first failure of the run */
  throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Fulfilled when everything that was begun has ended, whether zod waited for it or not. */
  async idle(): Promise<void> {
    while (this.busy) await Promise.all(this.#pending)
  }

  /** What the app wrote, made harmless. After a failure it is called no more: there is no right input to call it with. */
  contain(foreign: Foreign): Foreign {
    const ward = this
    return function contained(this: unknown, ...values) {
      if (ward.failed) return undefined
      try {
        const answer = foreign.apply(this, values)
        return isThenable(answer) ? ward.#watch(answer) : answer
      } catch (error) {
        ward.fail(error)
        return undefined
      }
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
        return isThenable(answer) ? answer.then(undefined, lose) : answer
      } catch (error) {
        return lose(error)
      }
    }
  }

  /** A promise of this realm, which zod knows for one, and which never rejects. */
  #watch(answer: PromiseLike<unknown>): Promise<unknown> {
    const watched: Promise<unknown> = Promise.resolve(answer)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#pending.delete(watched))
    this.#pending.add(watched)
    return watched
  }
}
