/** What a package may depend on at run time. A line more here is a decision, to be made knowingly. */
export interface Allowed {
  /** Its storey. Arrows point down: an arrow within a storey or up is refused. */
  readonly storey: number
  /** Packages of ours that it may use. */
  readonly arrows: readonly string[]
  /** Packages of others that come with it. */
  readonly dependencies?: readonly string[]
  /** Packages of others that the app brings. */
  readonly peers?: readonly string[]
  /** Not written yet. */
  readonly planned?: true
}

export const ALLOWED_ARROWS: Readonly<Record<string, Allowed>> = {
  core: { storey: 0, arrows: [] },

  // Layers and what adapters share
  node: { storey: 1, arrows: ['core'] },
  headers: { storey: 1, arrows: ['core'], dependencies: ['helmet'] },
  ratelimit: { storey: 1, arrows: ['core'] },
  auth: { storey: 1, arrows: ['core'] },
  access: { storey: 1, arrows: ['core'] },
  validate: { storey: 1, arrows: ['core'], peers: ['zod'] },
  breaker: { storey: 1, arrows: ['core'], dependencies: ['cockatiel'] },
  audit: { storey: 1, arrows: ['core'], peers: ['winston'] },
  testkit: { storey: 1, arrows: ['core'] },

  // What stands on them
  express: { storey: 2, arrows: ['core', 'node'] },
  koa: { storey: 2, arrows: ['core', 'node'] },
  redis: { storey: 2, arrows: ['core', 'auth', 'ratelimit'], peers: ['ioredis', 'redis'] },
  postgres: {
    storey: 2,
    arrows: ['core', 'access', 'audit', 'auth', 'ratelimit'],
    peers: ['pg', '@electric-sql/pglite'],
  },
  cli: { storey: 2, arrows: ['core', 'access', 'audit'] },
  accounts: { storey: 2, arrows: ['core', 'auth', 'validate', 'headers', 'ratelimit'], planned: true },
  outbound: { storey: 2, arrows: ['core', 'breaker'], planned: true },

  // The whole
  ashlar: {
    storey: 3,
    arrows: [
      ...['core', 'node', 'headers', 'ratelimit', 'auth', 'access', 'validate', 'breaker', 'audit'],
      ...['express', 'koa', 'redis', 'postgres', 'accounts', 'outbound'],
    ],
    planned: true,
  },
}
