import type { TourIssuer } from './tour-issuer.ts'

/** One request of the tour and what must come of it. */
export interface Stop {
  readonly title: string
  readonly method?: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** How often it is sent; the last answer counts. Default 1. */
  readonly times?: number
  readonly status: number
  /** The guard that must have refused; left out for what must reach the handler. */
  readonly refusedBy?: string
  /** The problem's code. */
  readonly code?: string
}

const JSON_TYPE = { 'content-type': 'application/json' }
const ORDER = { symbol: 'ASH', side: 'buy', quantity: 5, price: 41.5 }
const ORDERS = '/api/v1/trading/orders'
const PROFILE = '/api/v1/users/profile'

/** Every success and every refusal that the gateway knows, in the order of its layers. The rate limit comes last. */
export async function stops(issuer: TourIssuer): Promise<readonly Stop[]> {
  const as = async (role: 'viewer' | 'trader' | 'admin') => ({ authorization: `Bearer ${await issuer.token(role)}` })
  const [viewer, trader, admin] = await Promise.all([as('viewer'), as('trader'), as('admin')])
  const invalid = { status: 401, refusedBy: 'authenticate bearer', code: 'invalid-credentials' }
  const ambiguous = { status: 400, refusedBy: 'request target', code: 'ambiguous-target' }
  const badQuery = { status: 400, refusedBy: 'validate query', code: 'invalid-input' }
  const badBody = { ...badQuery, refusedBy: 'validate body' }
  const post = (order: unknown) => ({
    method: 'POST',
    target: ORDERS,
    body: typeof order === 'string' ? order : JSON.stringify(order),
  })
  return [
    { title: 'health, no token', target: '/health', status: 200 },
    { title: 'profile', target: PROFILE, headers: viewer, status: 200 },
    { title: 'profile, HEAD', method: 'HEAD', target: PROFILE, headers: viewer, status: 200 },
    { title: 'orders, as viewer', target: `${ORDERS}?limit=5`, headers: viewer, status: 200 },
    { title: 'place an order, as trader', ...post(ORDER), headers: { ...trader, ...JSON_TYPE }, status: 201 },
    { title: 'users, as admin', target: '/api/v1/admin/users', headers: admin, status: 200 },
    { title: 'no such route', target: '/api/v1/nothing', headers: viewer, status: 404 },

    { title: 'a doubled slash', target: `/${ORDERS}`, headers: viewer, ...ambiguous },
    { title: 'a dot segment', target: '/health/../api/v1/admin/users', headers: viewer, ...ambiguous },
    { title: 'an encoded slash', target: '/api%2fv1/admin/users', headers: viewer, ...ambiguous },

    { title: 'no token', target: PROFILE, status: 401, refusedBy: 'authenticate bearer', code: 'credentials-required' },
    {
      title: 'no token, health by another spelling',
      target: '/HEALTH',
      status: 401,
      refusedBy: 'authenticate bearer',
      code: 'credentials-required',
    },
    { title: 'a token that is none', target: PROFILE, headers: { authorization: 'Bearer abc' }, ...invalid },
    {
      title: 'an expired token',
      target: PROFILE,
      headers: { authorization: `Bearer ${await issuer.expired()}` },
      ...invalid,
    },
    {
      title: 'a token for another audience',
      target: PROFILE,
      headers: { authorization: `Bearer ${await issuer.forAnother()}` },
      ...invalid,
    },
    {
      title: "another issuer's signature",
      target: PROFILE,
      headers: { authorization: `Bearer ${await issuer.forged()}` },
      ...invalid,
    },
    { title: 'algorithm none', target: PROFILE, headers: { authorization: `Bearer ${issuer.unsigned()}` }, ...invalid },
    {
      title: 'two Authorization headers',
      target: PROFILE,
      headers: { authorization: [viewer.authorization, admin.authorization] },
      status: 400,
      refusedBy: 'authenticate bearer',
      code: 'malformed-credentials',
    },

    {
      title: 'place an order, as viewer',
      ...post(ORDER),
      headers: { ...viewer, ...JSON_TYPE },
      status: 403,
      refusedBy: 'permit orders:write',
      code: 'not-permitted',
    },
    {
      title: 'no JSON, as viewer',
      ...post('{"symbol":'),
      headers: { ...viewer, ...JSON_TYPE },
      status: 403,
      refusedBy: 'permit orders:write',
      code: 'not-permitted',
    },
    {
      title: 'users, as trader',
      target: '/api/v1/admin/users',
      headers: trader,
      status: 403,
      refusedBy: 'permit users:read',
      code: 'not-permitted',
    },
    {
      title: 'users, another spelling',
      target: '/API/v1/admin/users/',
      headers: { ...trader },
      status: 403,
      refusedBy: 'permit users:read',
      code: 'not-permitted',
    },

    { title: 'a query out of range', target: `${ORDERS}?limit=1000`, headers: viewer, ...badQuery },
    { title: 'a query that is not known', target: `${ORDERS}?limit=5&admin=true`, headers: viewer, ...badQuery },
    {
      title: 'an order of nothing',
      ...post({ ...ORDER, quantity: 0 }),
      headers: { ...trader, ...JSON_TYPE },
      ...badBody,
    },
    {
      title: 'an order with a field too many',
      ...post({ ...ORDER, owner: 'admin-1' }),
      headers: { ...trader, ...JSON_TYPE },
      ...badBody,
    },
    {
      title: 'a body that is no JSON',
      ...post('{"symbol":'),
      headers: { ...trader, ...JSON_TYPE },
      status: 400,
      code: 'malformed-body',
    },
    {
      title: 'a body that is too large',
      ...post({ ...ORDER, note: 'x'.repeat(200_000) }),
      headers: { ...trader, ...JSON_TYPE },
      status: 413,
      code: 'payload-too-large',
    },

    {
      title: 'the venue fails',
      ...post({ ...ORDER, symbol: 'HALT' }),
      headers: { ...trader, ...JSON_TYPE },
      status: 503,
      code: 'dependency-unavailable',
    },
    {
      title: 'it failed five times',
      ...post({ ...ORDER, symbol: 'HALT' }),
      times: 5,
      headers: { ...trader, ...JSON_TYPE },
      status: 503,
      refusedBy: 'circuit breaker order venue',
      code: 'circuit-open',
    },

    {
      title: 'a flood',
      target: '/health',
      times: 110,
      status: 429,
      refusedBy: 'rate limit default',
      code: 'rate-limited',
    },
  ]
}
