import {
  type Allow,
  ConfigurationError,
  type Deny,
  deny,
  type Guard,
  guard,
  problem,
  type RequestView,
  type Respond,
  respond,
} from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'

import { compileOrigins, includesOrigin, type OriginPattern } from './origins.ts'

export interface CorsOptions {
  /** Who may read answers: origins and patterns, or `*` for everybody, which excludes credentials. */
  readonly origins: readonly OriginPattern[] | '*'
  /** Whether browsers may send cookies and other credentials along. Default `false`. */
  readonly credentials?: boolean
  /** Methods that a preflight is granted. Default `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`. */
  readonly methods?: readonly string[]
  /** Request headers that a preflight is granted. Default `Authorization`, `Content-Type`. */
  readonly headers?: readonly string[]
  /** Response headers that scripts may read beside the harmless ones. Default none. */
  readonly exposedHeaders?: readonly string[]
  /** Seconds for which a browser remembers a preflight. Default 600; browsers cap it at 7 200 or 86 400. */
  readonly maxAge?: number
  /** Whether a page on the public internet may reach this server on a private network. Default `false`. */
  readonly privateNetwork?: boolean
}

const WHERE = 'cors()'
const OPTIONS = ['origins', 'credentials', 'methods', 'headers', 'exposedHeaders', 'maxAge', 'privateNetwork']
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const HEADERS = ['Authorization', 'Content-Type']
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/** Whatever the answer to a preflight is, it hangs on these. */
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

/**
 * Tells browsers which other origins may read answers (the CORS protocol of the Fetch standard), and answers preflights.
 * It keeps no request from being carried out: that is `sameOrigin()`. Answers always say that they vary by origin.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNSAFE`
 */
export function cors(options: CorsOptions): Guard {
  const policy = readPolicy(options)
  return guard({
    name: 'cors',
    layer: 'cors',
    reads: 'head',
    check(request) {
      const { origin } = request.headers
      if (request.method === 'OPTIONS' && origin !== undefined && isPreflight(request)) {
        return answerPreflight(policy, origin, request)
      }
      return policy.passing(origin)
    },
  })
}

interface Policy {
  /** What an ordinary request gets, by its origin. */
  passing(origin: string | undefined): Allow<never>
  /** The answer to a granted preflight; `undefined` for an origin that is granted none. */
  granting(origin: string): Respond | undefined
  readonly methods: ReadonlySet<string>
  readonly headers: ReadonlySet<string>
  readonly privateNetwork: boolean
}

function readPolicy(options: CorsOptions): Policy {
  checkOptionNames(WHERE, options, OPTIONS)
  const { origins, credentials = false, privateNetwork = false, exposedHeaders = [] } = options
  if (origins === undefined) throw new ConfigurationError('ERR_OPTION_MISSING', `${WHERE}: "origins" is required.`)
  if (origins === '*' && credentials) {
    throw new ConfigurationError(
      'ERR_OPTION_UNSAFE',
      `${WHERE}: with credentials every site could act and read as its visitor. Name the origins.`,
    )
  }
  const methods = tokens('methods', options.methods ?? METHODS)
  const headers = tokens('headers', options.headers ?? HEADERS)
  const maxAge = numberOption(WHERE, 'maxAge', options.maxAge, { min: 0, max: 86_400, integer: true, fallback: 600 })
  const granted = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(maxAge),
    ...(privateNetwork && { 'access-control-allow-private-network': 'true' }),
  }
  const common = credentials ? { 'access-control-allow-credentials': 'true' } : {}
  const exposed = tokens('exposedHeaders', exposedHeaders).join(', ')
  const readable = { ...common, ...(exposed && { 'access-control-expose-headers': exposed }) }
  const answers = (origin: string): Answers => answersFor(origin, readable, { ...common, ...granted })
  return {
    ...(origins === '*' ? toEveryone(answers('*')) : toThese(origins, answers)),
    methods: new Set(methods),
    headers: new Set(headers.map((name) => name.toLowerCase())),
    privateNetwork,
  }
}

interface Answers {
  readonly passing: Allow<never>
  readonly granting: Respond
}

function answersFor(
  origin: string,
  readable: Readonly<Record<string, string>>,
  granted: Readonly<Record<string, string>>,
): Answers {
  const allowed = { 'access-control-allow-origin': origin }
  const vary = origin === '*' ? undefined : VARY_BY_ORIGIN.append
  return {
    passing: Object.freeze({ kind: 'allow', headers: Object.freeze({ ...allowed, ...readable }), append: vary }),
    granting: Object.freeze(
      respond(204, { headers: Object.freeze({ ...allowed, ...granted }), append: { vary: PREFLIGHT_VARY } }),
    ),
  }
}

const VARY_BY_ORIGIN: Allow<never> & { readonly append: { readonly vary: string } } = Object.freeze({
  kind: 'allow',
  append: Object.freeze({ vary: 'Origin' }),
})

function toEveryone({ passing, granting }: Answers): Pick<Policy, 'passing' | 'granting'> {
  return { passing: () => passing, granting: () => granting }
}

/** Answers to origins that are known by name are made once; those to a pattern's are made as they come. */
function toThese(
  origins: readonly OriginPattern[],
  answers: (origin: string) => Answers,
): Pick<Policy, 'passing' | 'granting'> {
  const compiled = compileOrigins(WHERE, origins)
  const known = new Map([...compiled.exact].map((origin) => [origin, answers(origin)]))
  const find = (origin: string): Answers | undefined =>
    known.get(origin) ?? (includesOrigin(compiled, origin) ? answers(origin) : undefined)
  return {
    passing: (origin) => (origin === undefined ? undefined : find(origin)?.passing) ?? VARY_BY_ORIGIN,
    granting: (origin) => find(origin)?.granting,
  }
}

function isPreflight({ headers }: RequestView): boolean {
  return headers['access-control-request-method'] !== undefined
}

function answerPreflight(policy: Policy, origin: string, { headers }: RequestView): Respond | Deny {
  const answer = policy.granting(origin)
  if (!answer) return REFUSED.origin
  if (!policy.methods.has(headers['access-control-request-method'] ?? '')) return REFUSED.method
  const asked = headers['access-control-request-headers']
  if (asked && !asked.split(',').every((name) => policy.headers.has(name.trim().toLowerCase()))) return REFUSED.header
  if (headers['access-control-request-private-network'] === 'true' && !policy.privateNetwork) return REFUSED.network
  return answer
}

const REFUSED = {
  origin: refusal('The preflight comes from an origin that is not allowed'),
  method: refusal('The preflight asks for a method that is not allowed'),
  header: refusal('The preflight asks for a header that is not allowed'),
  network: refusal('The preflight asks for a private network that is not allowed'),
} as const

/** Without any allow header, so that no browser reads more into it than a refusal. */
function refusal(reason: string): Deny {
  return Object.freeze(
    deny(problem('cross-origin-refused'), { reason, event: 'malicious_cors', append: { vary: PREFLIGHT_VARY } }),
  )
}

function tokens(name: string, values: readonly string[]): readonly string[] {
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string' && TOKEN.test(value))) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${WHERE}: "${name}" is a list of names.`)
  }
  if (values.includes('*')) {
    throw new ConfigurationError('ERR_OPTION_UNSAFE', `${WHERE}: "${name}" names what it allows; "*" would allow all.`)
  }
  return values
}
