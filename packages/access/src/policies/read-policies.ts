import { nearestName } from '@ashlar/core/options'

import { own } from '../own.ts'
import type { Tree } from './condition-tree.ts'
import type { PolicyIssue } from './policy.ts'
import { ConditionReader, type ReadOptions } from './read-condition.ts'

/** A policy that was read without an error. */
export interface ReadPolicy {
  readonly id: string
  readonly effect: 'allow' | 'deny'
  readonly resources: readonly string[]
  readonly actions: readonly string[]
  /** `undefined`: it always applies. */
  readonly tree: Tree | undefined
  readonly path: string
  /** Its conditions as they were written. */
  readonly conditions: unknown
}

const MEMBERS = ['id', 'description', 'effect', 'resource', 'action', 'conditions']
const NAME = /^(?:\*|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)$/
/** More issues than this tell nobody more. */
const MAX_ISSUES = 100

/** A list of policies as it was given. */
export interface PolicyList {
  /** How messages call it. */
  readonly name: string
  readonly policies: unknown
  /** Strict even where the rules are not. */
  readonly strict?: boolean
}

/** Reads policies from JSON values, and says everything that is wrong with them. */
export function readPolicies(
  lists: readonly PolicyList[],
  options: ReadOptions,
): { readonly policies: readonly ReadPolicy[]; readonly issues: readonly PolicyIssue[] } {
  const issues: PolicyIssue[] = []
  const add: Add = (path, message, severity = 'error') => {
    if (issues.length < MAX_ISSUES) issues.push({ severity, path, message })
  }
  const read: ReadPolicy[] = []
  const ids = new Map<string, string>()
  for (const { name, policies, strict = options.strict } of lists) {
    if (!Array.isArray(policies)) {
      add(name, 'expected a list of policies.')
      continue
    }
    for (const [index, policy] of policies.entries()) {
      const path = `${name}[${index}]`
      const found = readPolicy(policy, path, { ...options, strict }, add)
      if (!found) continue
      const twin = ids.get(found.id)
      if (twin) add(`${path}.id`, `"${found.id}" is the id of ${twin} as well.`)
      ids.set(found.id, path)
      read.push(found)
    }
  }
  // Only conditions without an error are known to be small enough to be written down.
  if (issues.length === 0) warnOfConflicts(read, add)
  return { policies: read, issues }
}

type Add = (path: string, message: string, severity?: PolicyIssue['severity']) => void

function readPolicy(policy: unknown, path: string, options: ReadOptions, add: Add): ReadPolicy | undefined {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    add(path, 'expected a policy.')
    return undefined
  }
  for (const name of Object.keys(policy)) {
    if (MEMBERS.includes(name)) continue
    const nearest = nearestName(name, MEMBERS)
    add(
      `${path}.${name}`,
      `a policy has no "${name}". ${nearest ? `Did you mean "${nearest}"?` : `It has ${MEMBERS.join(', ')}.`}`,
    )
  }
  const id = own(policy, 'id')
  const effect = own(policy, 'effect')
  if (typeof id !== 'string' || !/^[\w .:-]{1,100}$/.test(id)) {
    add(`${path}.id`, 'a policy has an id of at most 100 letters, digits, spaces and ". : - _".')
  }
  if (effect !== 'allow' && effect !== 'deny') add(`${path}.effect`, '"effect" is "allow" or "deny".')
  const resources = readNames(own(policy, 'resource'), `${path}.resource`, add)
  const actions = readNames(own(policy, 'action'), `${path}.action`, add)
  const conditions = own(policy, 'conditions')
  const tree =
    conditions === undefined ? undefined : new ConditionReader(options, add).read(conditions, `${path}.conditions`)
  if (typeof id !== 'string' || (effect !== 'allow' && effect !== 'deny') || !resources || !actions) return undefined
  return { id, effect, resources, actions, tree, path, conditions }
}

function readNames(value: unknown, path: string, add: Add): readonly string[] | undefined {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (names.length > 0 && names.every((name) => typeof name === 'string' && NAME.test(name))) {
    return names as readonly string[]
  }
  add(path, 'expected a name such as "document", a list of names, or "*".')
  return undefined
}

/** An allow that a deny always overrides says something that its author did not mean. */
function warnOfConflicts(policies: readonly ReadPolicy[], add: Add): void {
  const covers = (wide: readonly string[], narrow: readonly string[]): boolean =>
    wide.includes('*') || narrow.every((name) => wide.includes(name))
  const written = ({ conditions }: ReadPolicy): string => JSON.stringify(conditions ?? null)
  const denies = policies.filter(({ effect }) => effect === 'deny').map((deny) => ({ ...deny, text: written(deny) }))
  if (denies.length === 0) return
  for (const allow of policies.filter(({ effect }) => effect === 'allow')) {
    const text = written(allow)
    const conflict = denies.find(
      (deny) =>
        (deny.tree === undefined || deny.text === text) &&
        covers(deny.resources, allow.resources) &&
        covers(deny.actions, allow.actions),
    )
    if (conflict)
      add(allow.path, `"${allow.id}" never allows anything, since "${conflict.id}" denies it all.`, 'warning')
  }
}
