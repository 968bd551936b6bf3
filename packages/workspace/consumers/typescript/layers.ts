import { accessControl } from '@ashlar/access'
import { authenticate, bearer } from '@ashlar/auth'
import { chain } from '@ashlar/core'
import { type Duration, milliseconds } from '@ashlar/core/time'
import { securityHeaders } from '@ashlar/headers'
import { testIssuer } from '@ashlar/testkit'
import { validate } from '@ashlar/validate'
import { z } from 'zod'

const FRESH: Duration = '5m'

export const issuer = testIssuer()
export const order = validate({ body: z.strictObject({ symbol: z.string(), quantity: z.number() }) })
export const { permit } = accessControl({
  roles: { viewer: { permissions: ['orders:read'] }, trader: { inherits: ['viewer'], permissions: ['orders:write'] } },
})

export function front() {
  if (milliseconds(FRESH) !== 300_000) throw new Error('five minutes')
  const { audience, jwks: keys } = issuer
  const tokens = bearer({ issuer: issuer.issuer, audience, algorithms: ['ES256'], keys })
  return [chain(securityHeaders(), authenticate([tokens]))] as const
}
