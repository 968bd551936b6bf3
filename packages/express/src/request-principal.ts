import type { Principal } from '@ashlar/core'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling; set once an authentication guard has passed. */
      principal?: Principal
    }
  }
}
