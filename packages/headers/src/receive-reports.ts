import {
  ALLOW,
  type Deny,
  deny,
  type Guard,
  guard,
  type PathPattern,
  problem,
  publishEvent,
  type RequestView,
  type Respond,
  respond,
  type ViolationSummary,
} from '@ashlar/core'
import { compilePaths } from '@ashlar/core/http'
import { clock, duration, type OptionReader, readOptions, wholeNumber } from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { newsOf } from './news.ts'
import { readAtMost, TOO_LONG } from './read-at-most.ts'
import { violationsIn } from './violations.ts'

export interface ReceiveReportsOptions {
  /** Where browsers send reports, as `securityHeaders({ reportTo })` says. */
  readonly path: PathPattern
  /** Longest body that is read, in bytes. Default 65 536. */
  readonly maxBytes?: number
  /** How long a report like one that was published is not published again, from `'0s'` to `'365d'`. Default `'1h'`. */
  readonly quiet?: Duration
  /** Different reports that are remembered. Default 1000. */
  readonly maxRemembered?: number
  /** Events published in one minute at most; what comes beyond is dropped. Default 60. */
  readonly maxPerMinute?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

const WHERE = 'receiveReports()'
const NAME = 'report receiver'
/** The Reporting API's, and the older one of `report-uri`. */
const MEDIA_TYPES: ReadonlySet<string> = new Set(['application/reports+json', 'application/csp-report'])

const path: OptionReader<(path: string) => boolean> = (value, at) => {
  if (value === undefined) throw at.missing('It is a path such as "/reports".')
  return compilePaths(`${at.where}: "${at.option}"`, [value as PathPattern])
}

/**
 * Answers browsers' reports of violated policies (Reporting API, CSP 3 §5.3), and publishes each kind once in a while as
 * `policy_violation_reported`. Every other request passes. It reads the body itself, unless a parser has done so before.
 * Anybody can send reports, so they are bounded in size, number and memory, and only known words and origins are published.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_MISSING`
 * @example
 * app.use(protect(securityHeaders({ reportTo: '/reports' }), receiveReports({ path: '/reports' })))
 */
export function receiveReports(options: ReceiveReportsOptions): Guard {
  const {
    path: isReceiver,
    maxBytes,
    quiet: quietMs,
    ...bounds
  } = readOptions(WHERE, options, {
    path,
    maxBytes: wholeNumber({ min: 1, max: 2 ** 20, fallback: 65_536 }),
    quiet: duration({ min: '0s', max: '365d', fallback: '1h' }),
    maxRemembered: wholeNumber({ min: 1, max: 1_000_000, fallback: 1000 }),
    maxPerMinute: wholeNumber({ min: 1, fallback: 60 }),
    clock,
  })
  const isNews = newsOf({ quietMs, ...bounds })
  return guard({
    name: NAME,
    layer: 'headers',
    reads: 'head',
    check(request) {
      if (request.method !== 'POST' || !isReceiver(request.path)) return ALLOW
      return receive(request, maxBytes, isNews)
    },
  })
}

const RECEIVED: Respond = Object.freeze(respond(204))

async function receive(
  request: RequestView,
  maxBytes: number,
  isNews: (violation: ViolationSummary) => boolean,
): Promise<Respond | Deny> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (!MEDIA_TYPES.has(mediaType)) return deny(problem('unsupported-media-type'))
  const body = isParsed(request) ? request.body : await readAtMost(request.raw, maxBytes)
  if (body === TOO_LONG) return deny(problem('payload-too-large'))
  const reports = parse(body)
  if (typeof reports !== 'object' || reports === null) return deny(problem('malformed-body'))
  for (const violation of violationsIn(reports)) {
    if (!isNews(violation)) continue
    const outcome = violation.disposition === 'enforce' ? 'refused' : 'failure'
    publishEvent({ name: 'policy_violation_reported', by: NAME, outcome, request, violation })
  }
  return RECEIVED
}

/** Parsers that leave a body alone put an empty object in its place (Express 4's). */
function isParsed({ body, raw }: RequestView): boolean {
  if (body === undefined || body === null) return false
  return raw.readableDidRead || typeof body !== 'object' || Object.keys(body).length > 0
}

/** What a body parser has parsed already is taken as it is. */
function parse(body: unknown): unknown {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return body
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
