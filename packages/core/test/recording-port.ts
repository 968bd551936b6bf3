import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

import { type Answer, type Port, run, stepsOf } from '../src/adapter.ts'
import { trustNone } from '../src/http.ts'
import type { AnyGuard } from '../src/index.ts'

export interface Context {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A request as node makes it, and its response, without a connection. */
export function contextOf(target = '/', headers: Readonly<Record<string, string>> = {}): Context {
  const request = new IncomingMessage(new Socket())
  request.method = 'GET'
  request.url = target
  for (const [name, value] of Object.entries(headers)) request.headers[name.toLowerCase()] = value
  request.rawHeaders = Object.entries(headers).flat()
  return { request, response: new ServerResponse(request) }
}

export interface RecordingPort extends Port<Context> {
  readonly answers: Answer[]
  readonly reported: unknown[]
}

/** A port that notes what it is told. */
export function recordingPort(more: Partial<Port<Context>> = {}): RecordingPort {
  const answers: Answer[] = []
  const reported: unknown[] = []
  return {
    request: ({ request }) => request,
    response: ({ response }) => response,
    target: ({ request }) => request.url!,
    stillAt: () => true,
    route: () => undefined,
    params: () => undefined,
    body: () => undefined,
    trust: () => trustNone,
    answer: (_, answer) => void answers.push(answer),
    expose: () => undefined,
    report: (_, error) => void reported.push(error),
    guardTimeoutMs: 1000,
    ...more,
    answers,
    reported,
  }
}

/** Runs guards on one request. */
export async function decide(
  guards: readonly AnyGuard[],
  { target, port = recordingPort() }: { readonly target?: string; readonly port?: RecordingPort } = {},
): Promise<{ readonly passed: boolean; readonly context: Context; readonly port: RecordingPort }> {
  const context = contextOf(target)
  const passed = await run(port, stepsOf(guards), context)
  return { passed, context, port }
}

/** A guard that answers as told. */
export function guardThat(check: AnyGuard['check'], more: Partial<AnyGuard> = {}): AnyGuard {
  return { name: 'test', layer: 'custom', reads: 'head', ...more, check }
}

/** Lets what waits for the end of the response run. */
export function close({ response }: Context): void {
  response.finished = true
  response.emit('close')
}
