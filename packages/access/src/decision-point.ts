import type { Awaitable, Principal, RequestView } from '@ashlar/core'
import { contain } from '@ashlar/core/adapter'
import { OptionPlace } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'

import { joined, type Loaders } from './attribute-loader.ts'
import { type Explanation, explain } from './explanation.ts'
import type { Plan } from './policies/policy-index.ts'
import { permissionText } from './roles/permission.ts'
import { checkResource, type RuleSet } from './rule-set.ts'

/** A decision that another set of rules would have made otherwise. */
export interface Difference {
  readonly permission: string
  readonly subject: string
  readonly current: Explanation
  readonly candidate: Explanation
}

/** Where a decision point gets what a request and a rule set do not hold. */
export interface DecisionSettings {
  readonly loaders: Loaders
  readonly environment: ((request: RequestView) => object) | undefined
  /** Told of what goes wrong with rules in shadow. Never throws. */
  readonly onError: (error: unknown) => void
}

/** The rules that are in force, and the questions that are put to them. */
export class DecisionPoint {
  rules: RuleSet
  readonly #settings: DecisionSettings
  #candidate: { readonly rules: RuleSet; readonly report: (difference: Difference) => void } | undefined = undefined

  constructor(rules: RuleSet, settings: DecisionSettings) {
    this.rules = rules
    this.#settings = settings
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
  can(principal: Principal, action: string, resource?: object | null, environment?: object): boolean {
    const plan = this.planOf(action, resource)
    if (plan === undefined) return false
    const allowed = this.rules.allows(principal, plan, resource, environment)
    if (this.#candidate) this.#compare(principal, plan.permission.text, allowed, resource, environment)
    return allowed
  }

  /** What decides about a permission, or about an action on a resource that has a `type`. */
  planOf(action: string, resource: object | undefined | null): Plan | undefined {
    const { index } = this.rules
    return index.plan(action) ?? (resource ? index.plan(permissionText(action, resource)) : undefined)
  }

  /** The same as `can`, with loaded attributes; the reason in the place of `false` where policies were asked. */
  decide(
    principal: Principal,
    text: string,
    resource: object | undefined,
    environment: object | undefined,
    request: RequestView | undefined,
  ): Awaitable<boolean | string> {
    const rules = this.rules
    const plan = rules.index.plan(text)
    if (plan === undefined) return false
    const surroundings = environment ?? (plan.readsEnvironment ? this.#surroundings(request) : undefined)
    const { loaders } = this.#settings
    if (!loaders.needed(plan, resource)) {
      const allowed = this.can(principal, text, resource, surroundings)
      return allowed || this.#reason(rules, principal, plan, resource, surroundings)
    }
    if (plan.readsResource) checkResource(resource)
    return loaders.load(principal, plan, resource, request).then((loaded) => {
      const subject = rules.subjects.with(principal, loaded)
      const [whole, around] = [joined(resource, 'resource', loaded), joined(surroundings, 'environment', loaded)]
      return (
        rules.decides(subject, plan, whole, around) ||
        explain(rules, principal, subject, plan, whole, around).forOperator
      )
    })
  }

  /** Whether the principal may for some resource, as far as that can be known before the resource is. */
  mayBe(principal: Principal, text: string, request: RequestView): Awaitable<boolean | string> {
    const rules = this.rules
    const plan = rules.index.plan(text)
    if (plan === undefined) return false
    if (plan.rolesOnly || !plan.readsResource) return this.decide(principal, text, undefined, undefined, request)
    const surroundings = plan.readsEnvironment ? this.#surroundings(request) : undefined
    const { loaders } = this.#settings
    if (!loaders.needed(plan, undefined)) {
      return (
        rules.mayBe(rules.subjects.of(principal), plan, surroundings) ||
        this.#reason(rules, principal, plan, undefined, surroundings)
      )
    }
    return loaders.load(principal, plan, undefined, request).then((loaded) => {
      const subject = rules.subjects.with(principal, loaded)
      const around = joined(surroundings, 'environment', loaded)
      return (
        rules.mayBe(subject, plan, around) || explain(rules, principal, subject, plan, undefined, around).forOperator
      )
    })
  }

  explain(principal: Principal, text: string, resource?: object | null, environment?: object): Explanation {
    return this.#explainBy(this.rules, principal, text, resource, environment)
  }

  #explainBy(
    rules: RuleSet,
    principal: Principal,
    text: string,
    resource?: object | null,
    environment?: object,
  ): Explanation {
    const plan = rules.index.plan(text)
    if (plan) return explain(rules, principal, rules.subjects.of(principal), plan, resource, environment)
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
    principal: Principal,
    plan: Plan,
    resource: object | undefined,
    environment: object | undefined,
  ): boolean | string {
    if (plan.rolesOnly) return false
    return explain(rules, principal, rules.subjects.of(principal), plan, resource, environment).forOperator
  }

  /** What a request itself says of its surroundings. */
  #surroundings(request: RequestView | undefined): object | undefined {
    if (request === undefined) return undefined
    const { address } = request
    return { ...(address !== undefined && { ip_address: address }), ...this.#told(request) }
  }

  /** A promise holds no attributes, so a deny that asks for one would not hold. */
  #told(request: RequestView): object | undefined {
    const told: unknown = this.#settings.environment?.(request)
    if (told === undefined || (typeof told === 'object' && told !== null && !isThenable(told))) return told
    const says = 'a function that answers attributes by name at once'
    throw new OptionPlace('accessControl()', 'environment').invalid(says, told, 'What must be fetched is for a loader.')
  }

  /** The candidate decides nothing, so whatever happens here is kept from the request. */
  #compare(principal: Principal, text: string, allowed: boolean, resource?: object | null, environment?: object): void {
    const { rules, report } = this.#candidate!
    contain(() => {
      const candidate = this.#explainBy(rules, principal, text, resource, environment)
      if ((candidate.decision === 'allow') === allowed) return undefined
      const current = this.explain(principal, text, resource, environment)
      return report(Object.freeze({ permission: text, subject: principal.subject, current, candidate })) as unknown
    }, this.#settings.onError)
  }
}
