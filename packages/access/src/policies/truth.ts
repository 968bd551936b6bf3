/** Three-valued truth, ordered so that `and` is the least of its parts and `or` the greatest. */
export type Truth = 0 | 1 | 2

export const FALSE = 0
/** An attribute is missing or of the wrong kind. */
export const UNKNOWN = 1
export const TRUE = 2

export function negated(truth: Truth): Truth {
  return (TRUE - truth) as Truth
}
