import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

import { type Decision, onVerdict } from '@ashlar/core'

import type { Stop } from './stops.ts'

/** What came of a stop. */
export interface Sight {
  readonly stop: Stop
  readonly status: number
  /** The guard that refused, or nothing when the handler answered. */
  readonly guard: string | undefined
  readonly why: string
  /** What is not as it must be. */
  readonly wrong: readonly string[]
}

/** The fields that must be on every answer, whoever gave it. */
const PROTECTING = [
  'x-content-type-options',
  'x-frame-options',
  'content-security-policy',
  'x-request-id',
  'x-process-time',
]

export async function visit(url: string, stop: Stop): Promise<Sight> {
  let decisions: Decision[] = []
  const unsubscribe = onVerdict(({ decision }) => decisions.push(decision))
  let answer = { response: undefined as IncomingMessage | undefined, body: '' }
  for (let index = 0; index < (stop.times ?? 1); index++) {
    decisions = []
    answer = await send(url, stop)
  }
  unsubscribe()
  const { response, body } = answer
  const status = response?.statusCode ?? 0
  const refusal = decisions.find(({ outcome }) => outcome !== 'allow' && outcome !== 'skipped')
  const code =
    response?.headers['content-type'] === 'application/problem+json' && body
      ? (JSON.parse(body) as { code: string }).code
      : undefined
  const wrong = [
    status !== stop.status && `status must be ${stop.status}`,
    refusal?.guard !== stop.refusedBy && `must be decided by ${stop.refusedBy ?? 'the handler'}`,
    stop.code !== undefined && code !== stop.code && `code must be ${stop.code}`,
    refusal && decisions.at(-1) !== refusal && 'a guard ran after the refusal',
    ...PROTECTING.map((name) => response?.headers[name] === undefined && `${name} is missing`),
  ].filter((complaint) => typeof complaint === 'string')
  return { stop, status, guard: refusal?.guard, why: refusal?.reason ?? code ?? '', wrong }
}

function send(
  url: string,
  { method = 'GET', target, headers, body }: Stop,
): Promise<{ response: IncomingMessage; body: string }> {
  const { hostname, port } = new URL(url)
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      hostname,
      port,
      path: target,
      method,
      agent: false,
      headers: { ...headers, ...length } as Record<string, string>,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      text(response).then((received) => resolve({ response, body: received }), reject)
    })
    request.end(body)
  })
}
