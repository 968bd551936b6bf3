import { ConfigurationError } from '../errors.ts'
import { quoted } from '../options/kind-of.ts'
import { nearestName } from '../options/nearest-name.ts'

/**
 * RFC 9457 problem details.
 * `type` is `urn:ashlar:problem:<code>`; each code has a page under reference/problems/.
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string | undefined
  /** Stable and machine readable. Never renamed within a major version. */
  readonly code: string
  readonly [extension: string]: unknown
}

/** The codes of Ashlar's own problems. Each has a page under reference/problems/. */
export type ProblemCode =
  | 'ambiguous-target'
  | 'invalid-input'
  | 'malformed-body'
  | 'malformed-credentials'
  | 'bad-request'
  | 'credentials-required'
  | 'invalid-credentials'
  | 'insufficient-authentication'
  | 'blocked'
  | 'not-permitted'
  | 'cross-origin-refused'
  | 'https-required'
  | 'not-found'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'rate-limited'
  | 'internal-error'
  | 'dependency-unavailable'
  | 'circuit-open'

/** Every problem that Ashlar itself answers with: its status and title. */
export const PROBLEMS: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> =
  Object.freeze({
    'ambiguous-target': { status: 400, title: 'The request target is ambiguous' },
    'invalid-input': { status: 400, title: 'The input is not valid' },
    'malformed-body': { status: 400, title: 'The body could not be read' },
    'malformed-credentials': { status: 400, title: 'The credentials are malformed' },
    'bad-request': { status: 400, title: 'The request could not be read' },
    'credentials-required': { status: 401, title: 'Credentials are required' },
    'invalid-credentials': { status: 401, title: 'The credentials are not valid' },
    'insufficient-authentication': { status: 401, title: 'A stronger or more recent login is required' },
    blocked: { status: 403, title: 'Blocked' },
    'not-permitted': { status: 403, title: 'Not permitted' },
    'cross-origin-refused': { status: 403, title: 'Not permitted from another origin' },
    'https-required': { status: 403, title: 'HTTPS is required' },
    'not-found': { status: 404, title: 'Not found' },
    'payload-too-large': { status: 413, title: 'The body is too large' },
    'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
    'rate-limited': { status: 429, title: 'Too many requests' },
    'internal-error': { status: 500, title: 'The request could not be handled' },
    'dependency-unavailable': { status: 503, title: 'Temporarily unavailable' },
    'circuit-open': { status: 503, title: 'Temporarily unavailable' },
  })

/**
 * One of Ashlar's own problems, with a detail that the caller may read.
 * @throws ConfigurationError `ERR_OPTION_INVALID` for a code that is none of them
 * @example
 * problem('not-found')
 * problem('invalid-input', { detail: 'The tenant is not known.', tenants: ['acme'] })
 */
export function problem(
  code: ProblemCode,
  members?: Readonly<Record<string, unknown>> & { readonly detail?: string },
): Problem {
  if (!Object.hasOwn(PROBLEMS, code)) throw unknownProblem(code)
  const { status, title } = PROBLEMS[code]
  return { type: `urn:ashlar:problem:${code}`, title, status, code, ...members }
}

function unknownProblem(code: unknown): ConfigurationError {
  const nearest = typeof code === 'string' ? nearestName(code.slice(0, 64), Object.keys(PROBLEMS)) : undefined
  const hint = nearest ? `Did you mean "${nearest}"?` : `Known are: ${Object.keys(PROBLEMS).join(', ')}.`
  return new ConfigurationError('ERR_OPTION_INVALID', `problem(): there is no problem ${quoted(code)}. ${hint}`)
}
