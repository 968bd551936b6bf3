import { type Permission, readPermission } from '../roles/permission.ts'
import type { Attribute, UserSlots } from './attributes.ts'
import { compileCondition } from './compile-condition.ts'
import { attributesOf, leavesOf, type Tree } from './condition-tree.ts'
import type { Test } from './inquiry.ts'
import type { ReadPolicy } from './read-policies.ts'

export interface CompiledPolicy {
  readonly id: string
  readonly effect: 'allow' | 'deny'
  readonly resources: readonly string[]
  readonly actions: readonly string[]
  readonly tree: Tree | undefined
  readonly test: Test
  /** As long as the resource is not known: the least and the most that it can come to. */
  readonly lowest: Test
  readonly highest: Test
  readonly attributes: readonly Attribute[]
  readonly asksExistence: boolean
}

/** What decides about one permission. */
export interface Plan {
  readonly permission: Permission
  readonly denies: readonly CompiledPolicy[]
  readonly allows: readonly CompiledPolicy[]
  /** No policy is about it, so that roles alone decide. */
  readonly rolesOnly: boolean
  readonly readsTime: boolean
  readonly readsResource: boolean
  /** Whether one of them asks if the resource has an attribute at all, the one question that what is no resource answers. */
  readonly asksExistence: boolean
  readonly readsEnvironment: boolean
  /** The names of the attributes that its policies read. */
  readonly attributes: ReadonlySet<string>
}

const MAX_PLANS = 10_000

/** Policies by resource and action, gathered once for each permission that is asked for. */
export class PolicyIndex {
  readonly policies: readonly CompiledPolicy[]
  readonly #byTarget = new Map<string, CompiledPolicy[]>()
  readonly #plans = new Map<string, Plan>()

  constructor(policies: readonly ReadPolicy[], slots: UserSlots) {
    this.policies = policies.map((policy) => {
      const { resources, actions } = policy
      const compiled = compile(policy, slots)
      for (const target of new Set(resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`)))) {
        const present = this.#byTarget.get(target)
        if (present) present.push(compiled)
        else this.#byTarget.set(target, [compiled])
      }
      return compiled
    })
  }

  /** `undefined` for a text that is no permission. */
  plan(text: string): Plan | undefined {
    return this.#plans.get(text) ?? this.#makePlan(text)
  }

  #makePlan(text: string): Plan | undefined {
    const permission = readPermission(text)
    if (!permission) return undefined
    const targets = [permission.text, permission.anyAction, permission.anyResource, '*:*']
    const policies = [...new Set(targets.flatMap((target) => this.#byTarget.get(target) ?? []))]
    const attributes = policies.flatMap((policy) => policy.attributes)
    const plan: Plan = Object.freeze({
      permission,
      denies: policies.filter(({ effect }) => effect === 'deny'),
      allows: policies.filter(({ effect }) => effect === 'allow'),
      rolesOnly: policies.length === 0,
      readsTime: attributes.some(({ name }) => name === 'environment.time'),
      readsResource: attributes.some(({ root }) => root === 'resource'),
      asksExistence: policies.some(({ asksExistence }) => asksExistence),
      readsEnvironment: attributes.some(({ root }) => root === 'environment'),
      attributes: new Set(attributes.map(({ name }) => name)),
    })
    if (this.#plans.size < MAX_PLANS) this.#plans.set(text, plan)
    return plan
  }
}

function compile({ id, effect, resources, actions, tree }: ReadPolicy, slots: UserSlots): CompiledPolicy {
  const leaves = tree ? leavesOf(tree) : []
  const test = compileCondition(tree, slots)
  const readsResource = leaves.some((leaf) => attributesOf(leaf).some(({ root }) => root === 'resource'))
  return Object.freeze({
    id,
    effect,
    resources,
    actions,
    tree,
    test,
    lowest: readsResource ? compileCondition(tree, slots, 'lowest') : test,
    highest: readsResource ? compileCondition(tree, slots, 'highest') : test,
    attributes: leaves.flatMap(attributesOf),
    asksExistence: leaves.some(({ test, left }) => test === 'exists' && left.root === 'resource'),
  })
}
