// The layers that both apps have.
import { accessControl } from '@ashlar/access'
import { auditLog, requestId } from '@ashlar/audit'
import { authenticate, bearer } from '@ashlar/auth'
import { circuitBreaker } from '@ashlar/breaker'
import { securityHeaders } from '@ashlar/headers'
import { rateLimit, tokenBucket } from '@ashlar/ratelimit'
import { testIssuer } from '@ashlar/testkit'
import { validate } from '@ashlar/validate'
import winston from 'winston'
import { z } from 'zod'

export const issuer = testIssuer()

export function layers() {
  const { permit } = accessControl({
    roles: { trader: { permissions: ['orders:*'] }, admin: { permissions: ['users:*'] } },
  })
  const order = validate({ body: z.strictObject({ symbol: z.string() }) })
  auditLog({ logger: winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] }) })
  return {
    front: [
      requestId(),
      securityHeaders({ profile: 'api' }),
      rateLimit({ policy: tokenBucket({ capacity: 4, refillPerSecond: 0.001 }), by: 'address' }),
      authenticate([
        bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks }),
      ]),
    ],
    placing: [permit('orders:write'), order, circuitBreaker({ name: 'orders' })],
    reading: [permit('users:read')],
    order,
  }
}
