import { errorText } from './error-text.ts'
import { warnOnce } from './warn.ts'

/**
 * Calls what is not ours and whose answer nobody waits for: a hook, a listener, an operator's own function. A throw, a
 * rejection and a thenable that can't be read are told to `onTrouble`, once for each call. Never throws, even where
 * `onTrouble` does; that becomes a warning, once, as does the trouble of a call that itself tells somebody of one.
 * @example
 * contain(() => hook(outcome), report)
 */
export function contain(call: () => unknown, onTrouble: (error: unknown) => unknown = nobodyLeft): void {
  settle(call, (error) => settle(() => onTrouble(error), nobodyLeft))
}

function settle(call: () => unknown, onTrouble: (error: unknown) => void): void {
  try {
    const result = call()
    if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return
    const { then } = result as { readonly then?: unknown }
    if (typeof then !== 'function') return
    new Promise((resolve, reject) => then.call(result, resolve, reject)).catch(onTrouble)
  } catch (error) {
    onTrouble(error)
  }
}

function nobodyLeft(error: unknown): void {
  warnOnce('ERR_BACKGROUND_FAILURE', `What was to tell of an error failed itself: ${errorText(error)}`, 'onTrouble')
}
