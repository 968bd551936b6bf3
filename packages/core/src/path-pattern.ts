import { ConfigurationError } from './errors.ts'
import { isAmbiguous } from './target.ts'

/** `/health`, or `/public/*` for everything below `/public/`, or `/users/:id` for any one segment. */
export type PathPattern = string

/**
 * Compiles path patterns into one test.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a pattern that could never match as meant
 */
export function compilePaths(where: string, patterns: readonly PathPattern[]): (path: string) => boolean {
  if (!Array.isArray(patterns) || patterns.length === 0) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: expected at least one path, such as "/health".`)
  }
  const exact = new Set<string>()
  const expressions: RegExp[] = []
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || isAmbiguous(pattern) || pattern === '*' || /\*(?!$)|[^/]\*$/.test(pattern)) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: ${JSON.stringify(pattern)} is no path pattern. Write "/health", "/public/*" or "/users/:id".`,
      )
    }
    if (/[:*]/.test(pattern)) expressions.push(expressionOf(pattern))
    else exact.add(pattern)
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
  return new RegExp(`^${source}$`)
}
