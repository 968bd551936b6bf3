import type { Awaitable, Principal, RequestView } from '@ashlar/core'
import type { Clock } from '@ashlar/core/time'

import { joined, type Loaders } from './attribute-loader.ts'
import { type Explanation, explain } from './explanation.ts'
import type { Plan } from './policies/policy-index.ts'
import { permissionText, RuleSet, type Rules } from './rule-set.ts'

/** A decision that another set of rules would have made otherwise. */
export interface Difference {
  readonly permission: string
  readonly subject: string
  readonly current: Explanation
  readonly candidate: Explanation
}

/** The rules that are in force, and the questions that are put to them. */
export class DecisionPoint {
  rules: RuleSet
  readonly #where: string
  readonly #clock: Clock
  readonly #loaders: Loaders
  readonly #environment: ((request: RequestView) => object) | undefined
  #candidate: { readonly rules: RuleSet; readonly report: (difference: Difference) => void } | undefined = undefined

  constructor(
    where: string,
    rules: Rules,
    loaders: Loaders,
    clock: Clock,
    environment: ((request: RequestView) => object) | undefined,
  ) {
    this.#where = where
    this.#clock = clock
    this.#loaders = loaders
    this.#environment = environment
    this.rules = new RuleSet(where, rules, clock)
  }

  /** Checks and compiles rules without putting them in force. */
  read(rules: Rules): RuleSet {
    return new RuleSet(this.#where, rules, this.#clock)
  }

  /** From now on these rules are asked as well, and what they would have decided otherwise is reported. */
  shadow(rules: RuleSet, report: (difference: Difference) => void): () => void {
    const candidate = { rules, report }
    this.#candidate = candidate
    return () => {
      if (this.#candidate === candidate) this.#candidate = undefined
    }
  }

  /** Whether the principal may, by what is known without fetching anything. */
  can(action: string, principal: Principal, resource?: object, environment?: object): boolean {
    const plan = this.planOf(action, resource)
    if (plan === undefined) return false
    const text = plan.permission.text
    const allowed = this.rules.allows(plan, principal, resource, environment)
    if (this.#candidate) this.#compare(text, principal, allowed, resource, environment)
    return allowed
  }

  /** What decides about a permission, or about an action on a resource that has a `type`. */
  planOf(action: string, resource: object | undefined): Plan | undefined {
    const { index } = this.rules
    return index.plan(action) ?? (resource && index.plan(permissionText(action, resource)))
  }

  /** The same as `can`, with loaded attributes; the reason in the place of `false` where policies were asked. */
  decide(
    text: string,
    principal: Principal,
    resource: object | undefined,
    environment: object | undefined,
    request: RequestView | undefined,
  ): Awaitable<boolean | string> {
    const rules = this.rules
    const plan = rules.index.plan(text)
    if (plan === undefined) return false
    const surroundings = environment ?? (plan.readsEnvironment ? this.#surroundings(request) : undefined)
    if (!this.#loaders.needed(plan)) {
      const allowed = this.can(text, principal, resource, surroundings)
      return allowed || this.#reason(rules, plan, principal, resource, surroundings)
    }
    return this.#loaders.load(plan, principal, resource, request).then((loaded) => {
      const subject = rules.subjects.with(principal, loaded)
      const [whole, around] = [joined(resource, 'resource', loaded), joined(surroundings, 'environment', loaded)]
      return (
        rules.decides(plan, subject, whole, around) ||
        explain(rules, plan, principal, subject, whole, around).forOperator
      )
    })
  }

  /** Whether the principal may for some resource, as far as that can be known before the resource is. */
  mayBe(text: string, principal: Principal, request: RequestView): Awaitable<boolean | string> {
    const rules = this.rules
    const plan = rules.index.plan(text)
    if (plan === undefined) return false
    if (plan.rolesOnly || !plan.readsResource) return this.decide(text, principal, undefined, undefined, request)
    const surroundings = plan.readsEnvironment ? this.#surroundings(request) : undefined
    if (!this.#loaders.needed(plan)) {
      return (
        rules.mayBe(plan, rules.subjects.of(principal), surroundings) ||
        this.#reason(rules, plan, principal, undefined, surroundings)
      )
    }
    return this.#loaders.load(plan, principal, undefined, request).then((loaded) => {
      const subject = rules.subjects.with(principal, loaded)
      const around = joined(surroundings, 'environment', loaded)
      return (
        rules.mayBe(plan, subject, around) || explain(rules, plan, principal, subject, undefined, around).forOperator
      )
    })
  }

  explain(text: string, principal: Principal, resource?: object, environment?: object): Explanation {
    return this.#explainBy(this.rules, text, principal, resource, environment)
  }

  #explainBy(rules: RuleSet, text: string, principal: Principal, resource?: object, environment?: object): Explanation {
    const plan = rules.index.plan(text)
    if (plan) return explain(rules, plan, principal, rules.subjects.of(principal), resource, environment)
    return Object.freeze({
      decision: 'deny',
      by: 'default',
      nearMiss: [],
      forOperator: 'what was asked for is no permission.',
      forCaller: 'You are not permitted to do this.',
    })
  }

  #reason(
    rules: RuleSet,
    plan: Plan,
    principal: Principal,
    resource: object | undefined,
    environment: object | undefined,
  ): boolean | string {
    if (plan.rolesOnly) return false
    return explain(rules, plan, principal, rules.subjects.of(principal), resource, environment).forOperator
  }

  /** What a request itself says of its surroundings. */
  #surroundings(request: RequestView | undefined): object | undefined {
    if (request === undefined) return undefined
    const { address } = request
    return { ...(address !== undefined && { ip_address: address }), ...this.#environment?.(request) }
  }

  /** The candidate decides nothing, so whatever happens here is kept from the request. */
  #compare(text: string, principal: Principal, allowed: boolean, resource?: object, environment?: object): void {
    const { rules, report } = this.#candidate!
    try {
      const candidate = this.#explainBy(rules, text, principal, resource, environment)
      if ((candidate.decision === 'allow') === allowed) return
      const current = this.explain(text, principal, resource, environment)
      report(Object.freeze({ permission: text, subject: principal.subject, current, candidate }))
    } catch (error) {
      process.emitWarning(`The rules in shadow failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
