import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { ALLOW, type AnyGuard } from '@ashlar/core'
import { type Port, run, stepsOf } from '@ashlar/core/adapter'
import { trustNone } from '@ashlar/core/http'
import { cors, securityHeaders } from '@ashlar/headers'
import corsPackage from 'cors'
import helmet from 'helmet'

import { interleave } from './interleave.ts'
import type { Bench } from './result.ts'

interface Context {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The smallest port, so that the guards' own cost is measured. */
const port: Port<Context> = {
  request: ({ request }) => request,
  response: ({ response }) => response,
  target: () => '/',
  stillAt: () => true,
  route: () => undefined,
  params: () => undefined,
  body: () => undefined,
  trust: () => trustNone,
  answer() {},
  expose() {},
  report() {},
  guardTimeoutMs: 10_000,
}

const ORIGIN = 'https://app.example.com'
/** Behind TLS, since helmet sends Strict-Transport-Security to everybody. */
const socket = Object.assign(new Socket(), { encrypted: true })
const lines = ['Host', 'api.example.com', 'Origin', ORIGIN]

function exchange(): Context {
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url = '/'
  request.rawHeaders = [...lines]
  request.headers = { host: 'api.example.com', origin: ORIGIN }
  return { request, response: new ServerResponse(request) }
}

const noop: AnyGuard = { name: 'no-op', layer: 'custom', reads: 'head', check: () => ALLOW }

/** Helmet's own set: what it does not send is left out. */
const same = securityHeaders({
  crossOriginEmbedderPolicy: false,
  permissionsPolicy: false,
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'SAMEORIGIN',
  contentSecurityPolicy: {
    fontSrc: ["'self'", 'https:', 'data:'],
    frameAncestors: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", 'https:', "'unsafe-inline'"],
  },
})

type Middleware = (request: never, response: never, next: () => void) => void

function through(middleware: Middleware): (context: Context) => void {
  return ({ request, response }) => middleware(request as never, response as never, () => {})
}

function guarded(...guards: readonly AnyGuard[]): (context: Context) => unknown {
  const steps = stepsOf(guards)
  return (context) => run(port, steps, context)
}

/** The names of the headers that a contender sets. */
function namesSet(by: (context: Context) => unknown): string {
  const context = exchange()
  by(context)
  return context.response.getHeaderNames().sort().join(' ')
}

async function compare(
  title: string,
  contenders: Readonly<Record<string, (context: Context) => unknown>>,
): ReturnType<Bench> {
  const sets = new Set(Object.values(contenders).map(namesSet))
  if (sets.size !== 1)
    throw new Error(
      `${title}: not the same headers\n${Object.entries(contenders)
        .map(([name, by]) => `${name}: ${namesSet(by)}`)
        .join('\n')}`,
    )
  const onNothing = {
    bare: () => {},
    'ashlar no-op guard alone': guarded(noop),
    ...contenders,
  }
  return interleave(
    title,
    Object.fromEntries(
      Object.entries(onNothing).map(([name, act]) => [
        name,
        () => {
          const context = exchange()
          act(context)
          return context.response
        },
      ]),
    ),
    { rounds: 15 },
  )
}

export const bench: Bench = async () => [
  ...(await compare('security headers, the same set', {
    'ashlar securityHeaders()': guarded(same),
    'ashlar no-op guard and securityHeaders()': guarded(noop, same),
    'helmet@8.3.0': through(helmet() as Middleware),
  })),
  ...(await compare('cors, an allowed origin', {
    'ashlar cors()': guarded(cors({ origins: [ORIGIN], credentials: true })),
    'ashlar no-op guard and cors()': guarded(noop, cors({ origins: [ORIGIN], credentials: true })),
    'cors@2.8.6': through(corsPackage({ origin: [ORIGIN], credentials: true }) as Middleware),
  })),
]
