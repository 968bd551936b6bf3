import { ConfigurationError, type Deny, deny, problem, type RequestView } from '@ashlar/core'

const UNSUPPORTED: Deny = Object.freeze(
  deny(problem('unsupported-media-type'), {
    event: 'input_validation_fail',
    reason: 'no body parser reads the media type of the body',
  }),
)

/**
 * The refusal of a body that was sent and that no parser has read: its media type is one that the app does not read.
 * @throws ConfigurationError `ERR_BODY_NOT_PARSED` when it is JSON, since then the app has no parser here
 */
export function refuseUnreadBody({ body, raw }: RequestView): Deny | undefined {
  if (!isBlank(body) || raw.readableDidRead || !wasSent(raw.headers)) return undefined
  if (!isJson(raw.headers['content-type'])) return UNSUPPORTED
  throw new ConfigurationError(
    'ERR_BODY_NOT_PARSED',
    'A JSON body was sent to a route that validates its body, and no body parser has read it. Put express.json() or bodyParser() in front of validate().',
  )
}

/** Older parsers leave an empty object where they read nothing. */
function isBlank(body: unknown): boolean {
  if (typeof body !== 'object') return body === undefined
  for (const _ in body) return false
  return true
}

function wasSent(headers: RequestView['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json[\t ]*(?:;|$)/i.test(contentType)
}
