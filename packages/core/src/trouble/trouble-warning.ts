import { codeOf } from '../errors.ts'
import { errorText } from './error-text.ts'
import { warnOnce } from './warn.ts'

/** How many kinds of error one place warns of: a message may hold something of each request. */
const MAX_KINDS = 10

/**
 * How one place warns of errors that nobody is told of: each kind once, by what the message says before its first colon,
 * and ten kinds at most.
 * @param says the warning's text, with what the error says, and its causes
 */
export function troubleWarning(says: (text: string) => string): (error: unknown) => void {
  const kinds = new Set<string>()
  return (error) => {
    const code = codeOf(error) ?? 'ERR_BACKGROUND_FAILURE'
    const text = errorText(error)
    const kind = `${code} ${/^[^:]{0,64}/.exec(text)![0]}`
    if (kinds.has(kind) || kinds.size >= MAX_KINDS) return
    kinds.add(kind)
    warnOnce(code, says([text, ...causesOf(error)].join(' Cause: ')), says(kind))
  }
}

/** As deep as causes are told. */
const DEPTH = 4

/** What an operator has to mend is often in the innermost one: a status, a refused connection, a certificate. */
function causesOf(error: unknown): readonly string[] {
  const texts: string[] = []
  try {
    let cause = (error as Partial<Error>).cause
    for (let depth = 0; depth < DEPTH && cause !== undefined; depth++) {
      texts.push(errorText(cause))
      const { errors } = cause as Partial<AggregateError>
      cause = Array.isArray(errors) ? errors[0] : (cause as Partial<Error>).cause
    }
  } catch {
    // Anything can be thrown, also what can’t be read.
  }
  return texts
}
