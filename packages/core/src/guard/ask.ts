import type { RequestView } from '../request/request-view.ts'
import type { Awaitable } from '../time/awaitable.ts'
import type { Verdict } from './verdict.ts'

/** How a refusal is recorded: a shadowed guard's refusal refuses nothing. */
export type Manner = 'enforced' | 'shadow'

/** How a combinator asks its guards, in the manner in which it was asked itself. */
export type Ask = (request: RequestView, state: object, manner: Manner) => Awaitable<Verdict>
