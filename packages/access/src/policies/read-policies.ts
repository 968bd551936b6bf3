import { nearestName } from '@ashlar/core/options'

import { own } from '../own.ts'
import type { Tree } from './condition-tree.ts'
import type { PolicyIssue } from './policy.ts'
import { ConditionReader } from './read-condition.ts'
import type { AddIssue, ReadOptions } from './reading.ts'

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
  /** How many they are. */
  readonly parts: number
}

const MEMBERS = ['id', 'description', 'effect', 'resource', 'action', 'conditions']
const NAME = /^(?:\*|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)$/
/** More issues than this tell nobody more, and to look for more would take a time that whoever writes policies chooses. */
const MAX_ISSUES = 100
/** Thrown when there are so many. */
const ENOUGH = Symbol('enough issues')
/** Resources or actions of one policy. */
const MAX_NAMES = 1000
/** Of all policies together: a decision may have to look at each. */
const MAX_ALL_PARTS = 100_000

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
): { readonly policies: readonly ReadPolicy[]; readonly issues: PolicyIssue[] } {
  const issues: PolicyIssue[] = []
  const policies: ReadPolicy[] = []
  try {
    readLists(lists, options, policies, (path, message, severity = 'error') => {
      if (issues.push({ severity, path, message }) >= MAX_ISSUES) throw ENOUGH
    })
  } catch (error) {
    if (error !== ENOUGH) throw error
  }
  return { policies, issues }
}

function readLists(lists: readonly PolicyList[], options: ReadOptions, read: ReadPolicy[], add: AddIssue): void {
  const ids = new Map<string, string>()
  let parts = 0
  for (const { name, policies, strict = options.strict } of lists) {
    if (!Array.isArray(policies)) {
      add(name, 'expected a list of policies.')
      continue
    }
    for (const [index, policy] of policies.entries()) {
      const path = `${name}[${index}]`
      const found = readPolicy(policy, path, { ...options, strict }, add)
      if (!found) continue
      parts += found.parts
      if (parts > MAX_ALL_PARTS) {
        add(path, `all policies together have at most ${MAX_ALL_PARTS} conditions.`)
        return
      }
      const twin = ids.get(found.id)
      if (twin) add(`${path}.id`, `"${found.id}" is the id of ${twin} as well.`)
      ids.set(found.id, path)
      read.push(found)
    }
  }
}

function readPolicy(policy: unknown, path: string, options: ReadOptions, add: AddIssue): ReadPolicy | undefined {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    add(path, 'expected a policy.')
    return undefined
  }
  for (const name of Object.keys(policy)) {
    if (MEMBERS.includes(name)) continue
    const nearest = nearestName(name.slice(0, 64), MEMBERS)
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
  const reader = new ConditionReader(options, add)
  const tree = conditions === undefined ? undefined : reader.read(conditions, `${path}.conditions`)
  if (typeof id !== 'string' || (effect !== 'allow' && effect !== 'deny') || !resources || !actions) return undefined
  return { id, effect, resources, actions, tree, path, conditions, parts: reader.parts }
}

function readNames(value: unknown, path: string, add: AddIssue): readonly string[] | undefined {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (
    names.length > 0 &&
    names.length <= MAX_NAMES &&
    names.every((name) => typeof name === 'string' && NAME.test(name))
  ) {
    return names as readonly string[]
  }
  add(path, 'expected a name such as "document", a list of names, or "*".')
  return undefined
}
