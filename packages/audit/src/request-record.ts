import type { Decision, Outcome, PrincipalSummary, RequestCompleted } from '@ashlar/core'

/** One completed request, as it is logged. Holds no header, token, query string or state. */
export interface RequestRecord {
  readonly event: 'request_completed'
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string
  readonly service: string | undefined
  readonly requestId: string
  readonly method: string
  /** The pattern of the matched route; `undefined` when none was matched. */
  readonly route: string | undefined
  readonly address: string | undefined
  readonly principal: PrincipalSummary | undefined
  readonly decisions: readonly Decision[]
  readonly outcome: Outcome
}

export function requestRecord(event: RequestCompleted, service: string | undefined): RequestRecord {
  const { request, principal, decisions, outcome } = event
  return {
    event: 'request_completed',
    time: timestamp(event.time),
    service,
    requestId: request.id,
    method: request.method,
    route: request.route,
    address: request.address,
    principal: principal && onOneLine(principal),
    decisions,
    outcome,
  }
}

let lastTime = 0
let lastText = new Date(lastTime).toISOString()

/** RFC 3339. A busy server completes many requests in one millisecond, so the last text is kept. */
function timestamp(time: number): string {
  if (time !== lastTime) {
    lastTime = time
    lastText = new Date(time).toISOString()
  }
  return lastText
}

/** C0, DEL, C1 and the Unicode line separators: what could end a line or steer a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** A subject is the caller's text, and not every log format escapes what it prints. */
function onOneLine(principal: PrincipalSummary): PrincipalSummary {
  const { kind, subject, issuer } = principal
  if (subject.search(CONTROL) === -1 && (issuer === undefined || issuer.search(CONTROL) === -1)) return principal
  return { kind, subject: subject.replace(CONTROL, '\ufffd'), issuer: issuer?.replace(CONTROL, '\ufffd') }
}
