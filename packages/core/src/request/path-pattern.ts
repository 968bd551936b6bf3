import { ConfigurationError } from '../errors.ts'
import { isAmbiguous } from './target.ts'

/** `/health`, or `/public/*` for everything below `/public/`, or `/users/:id` for any one segment. */
export type PathPattern = string

/** What no path holds unencoded, so that it is meant as a router's syntax; a star but for the last segment; a half-named segment. */
const FOREIGN = /[?"<>^`{|}]|\*(?!$)|[^/]\*$|\/:(?![A-Za-z_]\w*(?:\/|$))/

/**
 * Compiles path patterns into one test.
 * @param reading how a pattern is read; the caller reads the paths that it tests the same way
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 */
export function compilePaths(
  where: string,
  patterns: readonly PathPattern[],
  reading: (pattern: PathPattern) => string = (pattern) => pattern,
): (path: string) => boolean {
  if (!Array.isArray(patterns) || patterns.length === 0) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: expected at least one path, such as "/health".`)
  }
  const exact = new Set<string>()
  const expressions: RegExp[] = []
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || isAmbiguous(pattern) || FOREIGN.test(pattern)) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: ${JSON.stringify(pattern)} is no path pattern. Write "/health", "/public/*" or "/users/:id".`,
      )
    }
    if (/\/(?:[:]|\*$)/.test(pattern)) expressions.push(expressionOf(reading(pattern)))
    else exact.add(reading(pattern))
  }
  return (path) => exact.has(path) || expressions.some((expression) => expression.test(path))
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .split('/')
    .map((segment) => {
      if (segment === '*') return '.*'
      return segment.startsWith(':') ? '[^/]+' : segment.replace(/[.+?^${}()|[\]]/g, '\\$&')
    })
    .join('/')
  // `s`, since a path that has been decoded may hold the end of a line.
  return new RegExp(`^${source}$`, 's')
}
