import type { Awaitable } from './awaitable.ts'

/** What must be closed before the process ends; `await using` does it at the end of a block. */
export interface Closeable {
  /** Whoever calls it again waits for the same end. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Where a realm has no such symbol, such as a test runner's, the one that compilers take instead. */
const DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)

/**
 * Closes once, whoever calls it and however often. What `close` throws rejects for all of them.
 * @example
 * const trail = Object.freeze({ record, ...closeable(() => file.close()) })
 */
export function closeable(close: () => Awaitable<void> | PromiseLike<void>): Closeable {
  let closed: Promise<void> | undefined
  function once(): Promise<void> {
    if (closed) return closed
    let settle: (end: Promise<void>) => void = () => undefined
    // There before it begins, so that what is closed may close its owner.
    closed = new Promise((resolve) => {
      settle = resolve
    })
    settle((async () => close())())
    return closed
  }
  return Object.freeze<Closeable>({ close: once, [DISPOSE]: once })
}
