/** An issue as a library tells it. Which members it has is the library's affair: nothing is read of it unchecked. */
export type FoundIssue = Readonly<Record<string, unknown>>

/** What a schema has made of one part of the input. */
export type Parsed =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly issues: readonly FoundIssue[] }

const TOO_DEEP: Parsed = { success: false, issues: [{ code: 'too_deep' }] }

/** A recursive schema that runs out of stack was given an input that is nested that deeply: the caller's error. */
export function tooDeep(error: unknown): Parsed {
  if (isOverflow(error)) return TOO_DEEP
  throw error
}

/** By what it says: an error of another realm is no instance of ours. */
function isOverflow(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { name, message } = error as { name?: unknown; message?: unknown }
  return name === 'RangeError' && typeof message === 'string' && message.includes('call stack')
}
