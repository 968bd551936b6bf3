import { contain } from '../trouble/contain.ts'
import { errorText } from '../trouble/error-text.ts'
import { troubleWarning } from '../trouble/trouble-warning.ts'
import { warnOnce } from '../trouble/warn.ts'
import type { OptionReader } from './option-reader.ts'

/**
 * Who is told of an error that no caller learns of. The function that the reader answers never throws: an `onError` that
 * throws or rejects becomes a warning, once. Left out, each kind of error becomes a warning, once, and ten kinds do at most.
 */
export const onError: OptionReader<(error: unknown) => void> = (value, at) => {
  if (value === undefined) {
    return troubleWarning((text) => `${at.where}: ${text} (said once; give "${at.option}" to be told of each)`)
  }
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
