import { codeOf } from '../errors.ts'
import { contain } from '../trouble/contain.ts'
import { errorText } from '../trouble/error-text.ts'
import { warnOnce } from '../trouble/warn.ts'
import type { OptionPlace } from './option-place.ts'
import type { OptionReader } from './option-reader.ts'

/**
 * Who is told of an error that no caller learns of. The function that the reader answers never throws: an `onError` that
 * throws or rejects becomes a warning, once. Left out, each kind of error becomes a warning, once.
 */
export const onError: OptionReader<(error: unknown) => void> = (value, at) => {
  if (value === undefined) return (error) => warnOf(at, error)
  if (typeof value !== 'function') throw at.invalid('a function', value)
  return (error) =>
    contain(
      () => value(error) as unknown,
      (failure) =>
        warnOnce(
          'ERR_BACKGROUND_FAILURE',
          `${at.where}: "${at.option}" itself failed: ${errorText(failure)}`,
          at.where,
        ),
    )
}

/** By kind and not by message, which may differ with every request. */
function warnOf({ where, option }: OptionPlace, error: unknown): void {
  const code = codeOf(error) ?? 'ERR_BACKGROUND_FAILURE'
  const text = errorText(error)
  const kind = /^[^:]{0,64}/.exec(text)![0]
  warnOnce(
    code,
    `${where}: ${[text, ...causesOf(error)].join(' Cause: ')} (said once; give "${option}" to be told of each)`,
    JSON.stringify([where, kind]),
  )
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
