import {
  ALLOW,
  type Awaitable,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  type Verdict,
} from '@ashlar/core'
import { callback, type OptionTable, optional, readOptions } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'

import type { DecisionPoint } from './decision-point.ts'
import { Refusals } from './refusals.ts'

export interface PermitOptions<State extends object = object> {
  /**
   * The resource that the route is about, so that ownership is decided here. `undefined` or `null` for one that does not
   * exist: it has no attributes. Default: not known yet, and the guard refuses only what is refused for every resource.
   */
  readonly resource?: (request: RequestView, state: Readonly<State>) => Awaitable<object | undefined | null>
}

type Needs = { readonly principal: Principal }

const WHERE = 'permit()'

const OPTIONS = {
  resource: optional(callback<NonNullable<PermitOptions<never>['resource']>>()),
} satisfies OptionTable<PermitOptions<never>>

/** The guard of one permission. */
export function permitGuard<State extends object>(
  point: DecisionPoint,
  text: string,
  challenge: string,
  options: PermitOptions<State> = {},
): Guard<object, Needs & State> {
  const find = readOptions(WHERE, options as PermitOptions<never>, OPTIONS).resource as PermitOptions<State>['resource']
  const permission = point.rules.checkAsked(WHERE, text)
  const refusals = new Refusals(permission.text, challenge)

  function check(request: RequestView, state: Readonly<Needs & State>): Awaitable<Verdict> {
    const { principal } = state
    if (find === undefined) return settle(point.mayBe(principal, permission.text, request), principal)
    const resource: object | undefined | null = find(request, state)
    return isThenable(resource)
      ? Promise.resolve(resource as PromiseLike<object>).then((settled) => decide(principal, settled, request))
      : decide(principal, resource, request)
  }

  function decide(principal: Principal, resource: object | undefined | null, request: RequestView): Awaitable<Verdict> {
    return settle(point.decide(principal, permission.text, resource ?? undefined, undefined, request), principal)
  }

  function settle(passes: Awaitable<boolean | string>, principal: Principal): Awaitable<Verdict> {
    return isThenable(passes) ? passes.then((settled) => answer(settled, principal)) : answer(passes, principal)
  }

  /** `true`, or why not, or `false` where only roles were asked. */
  function answer(passes: boolean | string, principal: Principal): Verdict {
    if (passes === true) return ALLOW
    return refusals.of(principal, passes === false ? undefined : passes)
  }

  return guard({
    name: `permit ${permission.text}`,
    layer: 'authorization',
    reads: find === undefined ? 'head' : 'route',
    needs: { principal },
    // What else the resource is found by is known to whoever wrote `resource`.
    check: (request, state) => check(request, state as Needs & State),
  }) as Guard<object, Needs & State>
}
