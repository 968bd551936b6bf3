/** Words of express-rate-limit, koa-ratelimit and rate-limiter-flexible, and what to write here instead. */

const IN_POLICY = "The limit belongs to the policy: policy: fixedWindow({ limit: 100, window: '1m' })."
const PROBLEM = 'A refusal is 429 with a problem document (RFC 9457), which says what was exceeded.'

export const RATE_LIMIT_HINTS: Readonly<Record<string, string>> = {
  windowMs: IN_POLICY,
  limit: IN_POLICY,
  max: IN_POLICY,
  points: IN_POLICY,
  duration: IN_POLICY,
  window: IN_POLICY,
  capacity: 'It belongs to the policy: policy: tokenBucket({ capacity: 100, refillPerSecond: 10 }).',
  message: PROBLEM,
  statusCode: PROBLEM,
  handler: PROBLEM,
  errorMessage: PROBLEM,
  throw: PROBLEM,
  standardHeaders: 'Write headers: { standard: true }, which is the default.',
  legacyHeaders: 'Write headers: { legacy: false }.',
  disableHeader: 'Write headers: { legacy: false, standard: false }.',
  keyGenerator: 'Write by: (request) => …',
  id: 'Write by: (request) => …',
  keyPrefix: "Write name: 'login'.",
  prefix: "Write name: 'login'.",
  identifier: "Write name: 'login'.",
  ipv6Subnet: 'Write ipv6Prefix: 56.',
  skip: 'Write when((request) => …, rateLimit({ … })), or except(paths, rateLimit({ … })).',
  whitelist: 'Write when((request) => …, rateLimit({ … })).',
  blacklist: 'Put blocklist().addresses in front.',
  blockDuration: "Write blocklist: blocks, where blocks is blocklist({ automatic: { for: '15m' } }).",
  skipSuccessfulRequests: 'Write settle: chargeFailures.',
  skipFailedRequests: 'Write settle: chargeSuccesses.',
  requestWasSuccessful: 'Write settle: ({ status }) => (status < 400 ? 0 : undefined).',
  passOnStoreError: "Write onStoreLoss: 'open'.",
  insuranceLimiter: "Write onStoreLoss: 'local'.",
  storeClient: 'Write store: redisRateLimits({ redis }) of @ashlar/redis.',
  driver: 'Write store: redisRateLimits({ redis }) of @ashlar/redis, or leave it out for memory.',
  db: 'Write store: redisRateLimits({ redis }) of @ashlar/redis, or leave it out for memory.',
}

const IN_TIERS =
  "Policies belong to tiers: tiers: { anonymous: slidingWindow({ limit: 10, window: '1m' }), authenticated: … }."
const BY_CALLER = 'It counts principals, and anonymous callers by address. For another key write rateLimit({ by: … }).'

export const TIERED_HINTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(RATE_LIMIT_HINTS).map(([word, says]) => [word, says === IN_POLICY ? IN_TIERS : says]),
  ),
  policy: IN_TIERS,
  capacity: IN_TIERS,
  by: BY_CALLER,
  keyGenerator: BY_CALLER,
  id: BY_CALLER,
}

export const BLOCKLIST_HINTS: Readonly<Record<string, string>> = {
  refresh: "Write refreshEvery: '500ms'.",
  refreshMs: "Write refreshEvery: '500ms'.",
  refusals: "Write automatic: { refusals: 100, within: '1m', for: '15m' }.",
  within: "Write automatic: { refusals: 100, within: '1m', for: '15m' }.",
  for: "Write automatic: { refusals: 100, within: '1m', for: '15m' }.",
  addresses: "Block each: await blocks.block('203.0.113.7').",
  allow: "Write automatic: { never: ['203.0.113.0/24'] }.",
  never: "Write automatic: { never: ['203.0.113.0/24'] }.",
}

export const POLICY_HINTS: Readonly<Record<string, string>> = {
  windowMs: "Write window: '1m'.",
  duration: "Write window: '1m'.",
  interval: "Write window: '1m'.",
  max: 'Write limit: 100; of a token bucket, capacity: 100.',
  points: 'Write limit: 100; of a token bucket, capacity: 100.',
  refillRate: 'Write refillPerSecond: 10.',
  tokensPerInterval: 'Write refillPerSecond: 10.',
  refillPerMinute: 'Write refillPerSecond: 60 / 60 for 60 a minute.',
}
