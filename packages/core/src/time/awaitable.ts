/** A value that is known now, or will be. */
export type Awaitable<T> = T | Promise<T>
