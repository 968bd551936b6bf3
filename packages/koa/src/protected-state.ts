import type { Principal } from '@ashlar/core'

/** What guards leave on `ctx.state`, for `new Koa<ProtectedState>()` and `new Router<ProtectedState>()`. */
export interface ProtectedState {
  /** Who is calling; set once an authentication guard has passed. */
  principal?: Principal
}
