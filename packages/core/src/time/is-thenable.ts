/**
 * Whether a value is to be waited for: a promise, or whatever else `await` would wait for. One whose `then` can't be read
 * counts as one, since `await` rejects with what reading it throws.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  try {
    return typeof (value as { readonly then?: unknown }).then === 'function'
  } catch {
    return true
  }
}
