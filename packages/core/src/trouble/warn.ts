import { type ErrorCode, errorPage } from '../errors.ts'

/** The code of a warning: that of the error it stands for, or one of its own. */
export type WarningCode = ErrorCode | `ASHLAR_${string}`

/** How many warnings are remembered as said; the oldest is forgotten first. */
const REMEMBERED = 1000

const said = new Set<string>()

/**
 * Tells the operator of something that refuses nothing and must not be missed: a process warning of type `AshlarWarning`.
 * The same code with the same message is said once a process; where the code has a page, it is named. Never throws.
 * @example
 * warn('ASHLAR_CSP_WEAK', "with 'unsafe-eval' the policy does not stop injected script.")
 */
export function warn(code: WarningCode, message: string): void {
  warnOnce(code, message, message)
}

/** The same, where messages differ though the trouble is one: once for each `kind` of it. */
export function warnOnce(code: WarningCode, message: string, kind: string): void {
  const key = JSON.stringify([code, kind])
  if (said.has(key)) return
  if (said.size >= REMEMBERED)
    for (const oldest of said) {
      said.delete(oldest)
      break
    }
  said.add(key)
  try {
    process.emitWarning(message, {
      type: 'AshlarWarning',
      code,
      ...(isErrorCode(code) && { detail: `See ${errorPage(code)}` }),
    })
  } catch {
    // There is nobody left to tell.
  }
}

function isErrorCode(code: WarningCode): code is ErrorCode {
  return code.startsWith('ERR_')
}
