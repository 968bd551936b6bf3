/** What a guard protects against; the order here is the recommended order in a chain. */
export const LAYERS = [
  'request',
  'headers',
  'cors',
  'cross-site',
  'rate-limit',
  'authentication',
  'authorization',
  'validation',
  'breaker',
  'audit',
  'custom',
] as const

/** What a guard protects against. */
export type Layer = (typeof LAYERS)[number]
