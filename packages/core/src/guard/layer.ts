/** What a guard protects against; the order here is the recommended order in a chain. */
export type Layer =
  | 'request'
  | 'headers'
  | 'cors'
  | 'cross-site'
  | 'rate-limit'
  | 'authentication'
  | 'authorization'
  | 'validation'
  | 'breaker'
  | 'audit'
  | 'custom'
