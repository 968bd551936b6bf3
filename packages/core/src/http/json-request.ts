import { ask } from '../time/ask.ts'
import type { Fetch } from './fetch.ts'

export interface JsonRequest {
  readonly fetch: Fetch
  readonly timeoutMs: number
  readonly maxBytes?: number
  readonly init?: RequestInit
}

const DEFAULT_MAX_BYTES = 1 << 20

/**
 * Asks for a JSON object. Follows no redirect, since a redirect could lead anywhere. Asks a second time when the
 * connection fails, as a kept one does that the other side closes at that very moment.
 * @throws UnavailableError for whatever goes wrong
 */
export async function requestJson(url: string, request: JsonRequest): Promise<Record<string, unknown>> {
  const calling = new AbortController()
  return ask(new URL(url).host, request.timeoutMs, () => answerOf(url, request, calling.signal), {
    callOff: () => calling.abort(),
  })
}

async function answerOf(
  url: string,
  { fetch, maxBytes = DEFAULT_MAX_BYTES, init = {} }: JsonRequest,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) }
  const send = async (): Promise<Response> => fetch(url, { redirect: 'error', ...init, headers, signal })
  const response = await send().catch((error: unknown) => {
    if (signal.aborted) throw error
    return send()
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`The answer's status was ${response.status}.`)
  }
  const value = parsed(await boundedText(response, maxBytes))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('The answer was no JSON object.')
  }
  // What the answer does not say is not to be found on a polluted `Object.prototype`.
  return Object.setPrototypeOf(value, null)
}

/** Without the parser's error, which quotes what it could not read; that may be a token or a secret. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('The answer was no JSON.')
  }
}

/** Without a byte-order mark, which some servers send and no parser takes (RFC 8259 §8.1). */
async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`The answer was longer than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}
