import {
  type Allow,
  type Deny,
  deny,
  type Guard,
  guard,
  problem,
  type RequestView,
  type Respond,
  respond,
  warn,
} from '@ashlar/core'
import { flag, OptionPlace, type OptionReader, orElse, readOptions } from '@ashlar/core/options'
import type { Duration } from '@ashlar/core/time'

import { exposedHeaderNames, methodNames, requestHeaderNames } from './cors-names.ts'
import { includesOrigin, type OriginPattern, type Origins, origins } from './origins.ts'
import { wholeSeconds } from './whole-seconds.ts'

export interface CorsOptions {
  /** Who may read answers: origins and patterns, or `*` for everybody, which excludes credentials. */
  readonly origins: readonly OriginPattern[] | '*'
  /** Whether browsers may send cookies and other credentials along. Default `false`. */
  readonly credentials?: boolean
  /** Methods that a preflight is granted beside `GET`, `HEAD` and `POST`. Default `PUT`, `PATCH`, `DELETE`. */
  readonly methods?: readonly string[]
  /** Request headers that a preflight is granted. Default `Authorization`, `Content-Type`, `X-CSRF-Token`. */
  readonly headers?: readonly string[]
  /** Response headers that scripts may read beside the harmless ones. Default none. */
  readonly exposedHeaders?: readonly string[]
  /** How long a browser remembers a preflight, in whole seconds up to `'1d'`. Default `'10m'`; some browsers stop at `'2h'`. */
  readonly maxAge?: Duration
  /** Whether a page on the public internet may reach this server on a private network. Default `false`. */
  readonly privateNetwork?: boolean
}

const WHERE = 'cors()'
/** Those that a page can use without asking (Fetch §2.2.1), so a preflight for a header names them whatever is granted. */
const SAFELISTED = ['GET', 'HEAD', 'POST']
const METHODS = ['PUT', 'PATCH', 'DELETE']
const HEADERS = ['Authorization', 'Content-Type', 'X-CSRF-Token']
/** Whatever the answer to a preflight is, it hangs on these. */
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
/** Where somebody on the way can write what the page says. Not on this machine. */
const CHANGEABLE = /^http:\/\/(?!localhost\b|127\.|\[::1\])/

/** Words of the package `cors`, with what is written here. */
const HINTS: Readonly<Record<string, string>> = {
  origin: "Write origins: ['https://app.example.com'].",
  allowedHeaders: "Write headers: ['Content-Type'].",
  preflightContinue: 'Preflights are always answered here.',
  optionsSuccessStatus: 'A preflight is answered with 204.',
}

const originsOrAll: OptionReader<Origins | '*'> = (value, at) => (value === '*' ? value : origins(value, at))

/**
 * Tells browsers which other origins may read answers (the CORS protocol of the Fetch standard), and answers preflights.
 * It keeps no request from being carried out: that is `sameOrigin()`. Answers always say that they vary by origin.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`, `ERR_OPTION_UNSAFE`
 * @example
 * app.use(protect(securityHeaders(), cors({ origins: ['https://app.example.com'], credentials: true })))
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
      return origin === undefined ? policy.standard : (policy.find(origin)?.passing ?? policy.standard)
    },
  })
}

interface Policy {
  /** What a request gets that comes from no origin that is allowed. */
  readonly standard: Allow<never>
  /** What an allowed origin gets; `undefined` for every other. */
  find(origin: string): Answers | undefined
  readonly methods: ReadonlySet<string>
  readonly headers: ReadonlySet<string>
  readonly privateNetwork: boolean
}

/** What one origin gets. */
interface Answers {
  readonly passing: Allow<never>
  /** To a preflight that is granted. */
  readonly granting: Respond
  /** To one that is not: what would be granted, by which the browser tells its developer what is wrong. */
  readonly telling: Respond
}

function readPolicy(options: CorsOptions): Policy {
  const read = readOptions(
    WHERE,
    options,
    {
      origins: originsOrAll,
      credentials: flag(false),
      methods: orElse(methodNames, () => METHODS),
      headers: orElse(requestHeaderNames, () => HEADERS),
      exposedHeaders: orElse(exposedHeaderNames, () => []),
      maxAge: wholeSeconds({ min: '0s', max: '1d', fallback: '10m' }),
      privateNetwork: flag(false),
    },
    { hints: HINTS },
  )
  const { origins: allowed, credentials, privateNetwork } = read
  if (credentials) checkCredentials(allowed)
  const methods = [...new Set([...SAFELISTED, ...read.methods])]
  const lists = {
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': methods.join(', '),
    ...(read.headers.length > 0 && { 'access-control-allow-headers': read.headers.join(', ') }),
  }
  const granted = {
    ...lists,
    'access-control-max-age': String(read.maxAge),
    ...(privateNetwork && { 'access-control-allow-private-network': 'true' }),
  }
  const readable = {
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
    ...(read.exposedHeaders.length > 0 && { 'access-control-expose-headers': read.exposedHeaders.join(', ') }),
  }
  return {
    ...answersTo(allowed, (origin) => answersFor(origin, readable, granted, lists)),
    methods: new Set(methods),
    headers: new Set(read.headers.map((name) => name.toLowerCase())),
    privateNetwork,
  }
}

function checkCredentials(allowed: Origins | '*'): void {
  const at = new OptionPlace(WHERE, 'origins')
  if (allowed === '*') throw at.unsafe('with credentials lets every site act and read as its visitor. Name the origins')
  for (const origin of [...allowed.exact, ...allowed.expressions.map(({ source }) => source.replace(/^\^|\\/g, ''))]) {
    if (!CHANGEABLE.test(origin)) continue
    warn(
      'ASHLAR_CORS_WEAK',
      `${WHERE}: whoever is on the way to ${origin} can act and read as its visitor. Use https:.`,
    )
  }
}

type Fields = Readonly<Record<string, string>>

function answersFor(origin: string, readable: Fields, granted: Fields, lists: Fields): Answers {
  const allowed = { 'access-control-allow-origin': origin }
  const preflight = (fields: Fields): Respond =>
    Object.freeze(respond(204, { headers: Object.freeze({ ...allowed, ...fields }), append: { vary: PREFLIGHT_VARY } }))
  return {
    passing: Object.freeze({
      kind: 'allow',
      headers: Object.freeze({ ...allowed, ...readable }),
      append: origin === '*' ? undefined : VARY_BY_ORIGIN.append,
    }),
    granting: preflight(granted),
    telling: preflight(lists),
  }
}

const VARY_BY_ORIGIN: Allow<never> & { readonly append: { readonly vary: string } } = Object.freeze({
  kind: 'allow',
  append: Object.freeze({ vary: 'Origin' }),
})

/** Answers to origins that are known by name are made once; those to a pattern's are made as they come. */
function answersTo(allowed: Origins | '*', answers: (origin: string) => Answers): Pick<Policy, 'standard' | 'find'> {
  if (allowed === '*') {
    const all = answers('*')
    return { standard: all.passing, find: () => all }
  }
  const known = new Map([...allowed.exact].map((origin) => [origin, answers(origin)]))
  return {
    standard: VARY_BY_ORIGIN,
    find: (origin) => known.get(origin) ?? (includesOrigin(allowed, origin) ? answers(origin) : undefined),
  }
}

function isPreflight({ headers }: RequestView): boolean {
  return headers['access-control-request-method'] !== undefined
}

function answerPreflight(policy: Policy, origin: string, { headers }: RequestView): Respond | Deny {
  const answers = policy.find(origin)
  if (!answers) return REFUSED
  const reason = whatIsWrong(policy, headers)
  return reason === undefined ? answers.granting : { ...answers.telling, reason }
}

function whatIsWrong(policy: Policy, headers: RequestView['headers']): string | undefined {
  const {
    'access-control-request-method': method = '',
    'access-control-request-headers': names,
    'access-control-request-private-network': network,
  } = headers
  if (!policy.methods.has(method)) return 'The preflight asks for a method that is not allowed'
  if (names && !names.split(',').every((name) => policy.headers.has(name.trim().toLowerCase()))) {
    return 'The preflight asks for a header that is not allowed'
  }
  if (network === 'true' && !policy.privateNetwork)
    return 'The preflight asks for a private network that is not allowed'
  return undefined
}

/** To a stranger without any allow header, so that no browser reads more into it than a refusal. */
const REFUSED: Deny = Object.freeze(
  deny(problem('cross-origin-refused'), {
    reason: 'The preflight comes from an origin that is not allowed',
    event: 'malicious_cors',
    append: { vary: PREFLIGHT_VARY },
  }),
)
