import { type Deny, deny, problem, type RequestView, warn } from '@ashlar/core'

const UNSUPPORTED: Deny = Object.freeze(
  deny(problem('unsupported-media-type'), {
    event: 'input_validation_fail',
    reason: 'no body parser reads the media type of the body',
  }),
)

/**
 * The refusal of a body that was sent and that no parser has read: its media type is one that the app does not read. Whether
 * it should, the operator knows, and is told once of JSON; a caller who sends it makes no error of the operator's.
 * @param name the guard, for the operator
 */
export function refuseUnreadBody({ body, raw }: RequestView, name: string): Deny | undefined {
  if (!isBlank(body) || wasRead(raw) || !wasSent(raw)) return undefined
  if (isJson(raw.headers['content-type'])) {
    warn(
      'ERR_BODY_NOT_PARSED',
      `A JSON body came to guard "${name}", and no body parser had read it, so it was refused with 415. If the route takes JSON, put express.json() or bodyParser() in front of it.`,
    )
  }
  return UNSUPPORTED
}

/** Older parsers leave an empty object where they read nothing. */
function isBlank(body: unknown): boolean {
  if (typeof body !== 'object') return body === undefined
  for (const _ in body) return false
  return true
}

/** Whether somebody has read the body; of one that was empty only its end was there to be read. */
function wasRead(raw: RequestView['raw']): boolean {
  return raw.readableDidRead || raw.readableEnded
}

function wasSent(raw: RequestView['raw']): boolean {
  const { headers } = raw
  if (headers['transfer-encoding'] === undefined) return Number(headers['content-length'] ?? 0) > 0
  // All of it has come, and there is nothing in it.
  return !(raw.complete && raw.readableLength === 0)
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json[\t ]*(?:;|$)/i.test(contentType)
}
