/** The package ships no types; this is what the benchmark uses of it. */
declare module 'koa-ratelimit' {
  import type { IncomingMessage } from 'node:http'
  import type { Middleware } from 'koa'

  export default function rateLimit(options: {
    driver: 'memory'
    db: Map<string, unknown>
    duration: number
    max: number
    id(context: { req: IncomingMessage }): string
  }): Middleware
}
