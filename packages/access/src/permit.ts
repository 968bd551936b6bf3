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

import type { DecisionPoint } from './decision-point.ts'
import { Refusals } from './refusals.ts'

export interface PermitOptions<State extends object = object> {
  /**
   * The resource that the route is about, so that ownership is decided here. `undefined` for one that does not exist: it has
   * no attributes. Default: not known yet, and the guard refuses only what is refused for every resource.
   */
  readonly resource?: (request: RequestView, state: Readonly<State>) => Awaitable<object | undefined>
}

type Needs = { readonly principal: Principal }

/** The guard of one permission. */
export function permitGuard<State extends object>(
  point: DecisionPoint,
  text: string,
  challenge: string,
  options: PermitOptions<State>,
): Guard<object, Needs & State> {
  const permission = point.rules.checkAsked('permit()', text)
  const refusals = new Refusals(permission.text, challenge)
  const find = options.resource

  function check(request: RequestView, state: Readonly<Needs & State>): Awaitable<Verdict> {
    const { principal } = state
    if (find === undefined) {
      const passes = point.mayBe(permission.text, principal, request)
      return passes instanceof Promise
        ? passes.then((settled) => answer(settled, principal))
        : answer(passes, principal)
    }
    const resource = find(request, state)
    return resource instanceof Promise
      ? resource.then((settled) => decide(settled, request, principal))
      : decide(resource, request, principal)
  }

  function decide(resource: object | undefined, request: RequestView, principal: Principal): Awaitable<Verdict> {
    const passes = point.decide(permission.text, principal, resource, undefined, request)
    return passes instanceof Promise ? passes.then((settled) => answer(settled, principal)) : answer(passes, principal)
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
