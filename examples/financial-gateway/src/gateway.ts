import { accessControl } from '@ashlar/access'
import { processTime, requestId } from '@ashlar/audit'
import { authenticate, bearer } from '@ashlar/auth'
import { circuitBreaker } from '@ashlar/breaker'
import { type AddsOf, chain, except, type Principal } from '@ashlar/core'
import { securityHeaders } from '@ashlar/headers'
import { requireFrontDoor } from '@ashlar/node'
import { rateLimit, tokenBucket } from '@ashlar/ratelimit'
import { validate } from '@ashlar/validate'
import type { JSONWebKeySet } from 'jose'

import { AUDIENCE, ISSUER } from './development-issuer.ts'
import { NewOrder, OrderBook, OrderQuery } from './orders.ts'

/**
 * Everything about the gateway that is the same in Express and in Koa: which guards stand where, and what the handlers do.
 * Made anew for each app, since a rate limit and a breaker remember.
 */
export function gateway({ jwks }: { readonly jwks: JSONWebKeySet }) {
  const { permit } = accessControl({
    roles: {
      viewer: { permissions: ['orders:read'] },
      trader: { inherits: ['viewer'], permissions: ['orders:write'] },
      admin: { inherits: ['trader'], permissions: ['users:*'] },
    },
  })
  const orders = new OrderBook()

  /** In front of the app: what can be decided by the head of a request. */
  const door = chain(
    requestId(),
    processTime(),
    securityHeaders({ profile: 'api' }),
    rateLimit({ policy: tokenBucket({ capacity: 100, refillPerSecond: 10 }), by: 'address' }),
    except(
      ['/health'],
      authenticate([bearer({ issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], keys: jwks })]),
    ),
  )

  /** On the routes: what needs to know the route, the parameters or the body. */
  const routes = {
    everyRoute: requireFrontDoor(),
    listOrders: chain(permit('orders:read'), validate({ query: OrderQuery })),
    mayPlaceOrder: permit('orders:write'),
    placeOrder: chain(validate({ body: NewOrder }), circuitBreaker({ name: 'order venue' })),
    listUsers: permit('users:read'),
  }

  const handlers = {
    health: () => ({ status: 'ok', service: 'financial-gateway', timestamp: new Date().toISOString() }),
    profile: (principal: Principal) => ({ subject: principal.subject, roles: principal.roles }),
    listOrders: ({ input }: AddsOf<typeof routes.listOrders>) => ({ orders: orders.list(input.query) }),
    placeOrder: ({ input }: AddsOf<typeof routes.placeOrder>, principal: Principal) =>
      orders.place(principal.subject, input.body),
    listUsers: () => ({ users: ['viewer-1', 'trader-1', 'admin-1'].map((id) => ({ id })) }),
  }

  return { door, routes, handlers }
}

export type Gateway = ReturnType<typeof gateway>
