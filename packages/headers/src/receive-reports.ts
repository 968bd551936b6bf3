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
} from '@ashlar/core'
import { compilePaths } from '@ashlar/core/http'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import { readAtMost, TOO_LONG } from './read-at-most.ts'
import { ReportMemory } from './report-memory.ts'
import { violationsIn } from './violations.ts'

export interface ReceiveReportsOptions {
  /** Where browsers send reports, as `securityHeaders({ reportTo })` says. */
  readonly path: PathPattern
  /** Longest body that is read, in bytes. Default 65 536. */
  readonly maxBytes?: number
  /** Seconds for which a report like one that was published is not published again. Default 3600. */
  readonly quietSeconds?: number
  /** Different reports that are remembered. Default 1000. */
  readonly maxRemembered?: number
  /** Events published in one minute at most; what comes beyond is dropped. Default 60. */
  readonly maxPerMinute?: number
  readonly clock?: Clock
}

const WHERE = 'receiveReports()'
const NAME = 'report receiver'
const OPTIONS = ['path', 'maxBytes', 'quietSeconds', 'maxRemembered', 'maxPerMinute', 'clock']
/** The Reporting API's, and the older one of `report-uri`. */
const MEDIA_TYPES: ReadonlySet<string> = new Set(['application/reports+json', 'application/csp-report'])

/**
 * Answers browsers' reports of violated policies (Reporting API, CSP 3 §5.3), and publishes each kind once in a while as
 * `policy_violation_reported`. Every other request passes. It reads the body itself, unless a parser has done so before.
 * Anybody can send reports, so they are bounded in size, number and memory, and only known words and origins are published.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 */
export function receiveReports(options: ReceiveReportsOptions): Guard {
  checkOptionNames(WHERE, options, OPTIONS)
  const isReceiver = compilePaths(WHERE, [options.path])
  const whole = { min: 1, integer: true } as const
  const maxBytes = numberOption(WHERE, 'maxBytes', options.maxBytes, { ...whole, max: 2 ** 20, fallback: 65_536 })
  const memory = new ReportMemory({
    quietMs: numberOption(WHERE, 'quietSeconds', options.quietSeconds, { min: 0, fallback: 3600 }) * 1000,
    maxRemembered: numberOption(WHERE, 'maxRemembered', options.maxRemembered, { ...whole, fallback: 1000 }),
    maxPerMinute: numberOption(WHERE, 'maxPerMinute', options.maxPerMinute, { ...whole, fallback: 60 }),
    clock: options.clock ?? systemClock,
  })
  return guard({
    name: NAME,
    layer: 'headers',
    reads: 'head',
    check(request) {
      if (request.method !== 'POST' || !isReceiver(request.path)) return ALLOW
      return receive(request, maxBytes, memory)
    },
  })
}

const RECEIVED: Respond = Object.freeze(respond(204))

async function receive(request: RequestView, maxBytes: number, memory: ReportMemory): Promise<Respond | Deny> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (!MEDIA_TYPES.has(mediaType)) return deny(problem('unsupported-media-type'))
  const body = request.body ?? (await readAtMost(request.raw, maxBytes))
  if (body === TOO_LONG) return deny(problem('payload-too-large'))
  const reports = parse(body)
  if (typeof reports !== 'object' || reports === null) return deny(problem('malformed-body'))
  for (const violation of violationsIn(reports)) {
    if (!memory.admits(violation)) continue
    const outcome = violation.disposition === 'enforce' ? 'refused' : 'failure'
    publishEvent({ name: 'policy_violation_reported', by: NAME, outcome, request, violation })
  }
  return RECEIVED
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
