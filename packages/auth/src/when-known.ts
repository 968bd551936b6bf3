import type { Awaitable } from '@ashlar/core'
import { isThenable } from '@ashlar/core/time'

/** Goes on at once with what is known already, and later with what is not. */
export function whenKnown<T, R>(value: Awaitable<T> | PromiseLike<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isThenable(value) ? Promise.resolve(value as PromiseLike<T>).then(next) : next(value as T)
}
