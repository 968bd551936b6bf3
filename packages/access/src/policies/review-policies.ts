import { nearestName } from '@ashlar/core/options'

import { readPermission } from '../roles/permission.ts'
import type { RoleGraph } from '../roles/role-graph.ts'
import type { Attributes } from './attributes.ts'
import { attributesOf, type Leaf, leavesOf } from './condition-tree.ts'
import type { PolicyIssue } from './policy.ts'
import type { ReadPolicy } from './read-policies.ts'

/** What policies are looked at beside. */
export interface Surroundings {
  readonly attributes: Attributes
  readonly graph: RoleGraph
  /** Every permission there is, where that is said. */
  readonly catalogue: ReadonlySet<string> | undefined
}

/** More issues than this tell nobody more. */
const MAX_ISSUES = 100

/**
 * What is wrong with policies that are well formed each, as far as it can be seen beside roles, types and one another: a deny
 * with a typo refuses nobody, and nobody would notice.
 */
export function reviewPolicies(policies: readonly ReadPolicy[], beside: Surroundings): readonly PolicyIssue[] {
  const issues: PolicyIssue[] = []
  const near = hints()
  for (const found of [
    unknownRoles(near, policies, beside.graph),
    beside.catalogue ? unlistedTargets(near, policies, beside.catalogue) : strayTargets(near, policies, beside.graph),
    strayAttributes(near, policies, beside.attributes),
    conflicts(policies),
  ]) {
    for (const issue of found) if (issues.push(issue) >= MAX_ISSUES) return issues
  }
  return issues
}

type Issues = Iterable<PolicyIssue>
type Hints = ReturnType<typeof hints>

/** `user.roles` holds the roles that count, so one that is not defined is in nobody's. */
function* unknownRoles(near: Hints, policies: readonly ReadPolicy[], graph: RoleGraph): Issues {
  const known = new Set(graph.names)
  for (const leaf of leavesIn(policies)) {
    if (leaf.test !== 'contains' || leaf.left.name !== 'user.roles' || leaf.right.kind !== 'constant') continue
    const name = leaf.right.value as string
    if (!known.has(name)) yield error(leaf.path, `there is no role ${JSON.stringify(name)}.${near(name, known)}`)
  }
}

/** Where every permission is listed, a policy is about nothing else. */
function* unlistedTargets(near: Hints, policies: readonly ReadPolicy[], catalogue: ReadonlySet<string>): Issues {
  const listed = namesOf(catalogue)
  for (const policy of policies) {
    for (const [member, name] of targetsOf(policy)) {
      if (name === '*' || listed[member].has(name)) continue
      yield error(`${policy.path}.${member}`, `no permission has the ${member} "${name}".${near(name, listed[member])}`)
    }
  }
}

/** Without a list, a deny about something that nobody can do, and that is nearly something that somebody can. */
function* strayTargets(near: Hints, policies: readonly ReadPolicy[], graph: RoleGraph): Issues {
  const known = namesOf(graph.granted)
  for (const policy of policies) {
    if (policy.effect === 'allow') for (const [member, name] of targetsOf(policy)) known[member].add(name)
  }
  for (const policy of policies) {
    if (policy.effect === 'allow') continue
    for (const [member, name] of targetsOf(policy)) {
      const hint = name === '*' || known[member].has(name) ? '' : near(name, known[member])
      if (hint) yield warning(`${policy.path}.${member}`, `nothing else is about the ${member} "${name}".${hint}`)
    }
  }
}

/** An attribute that nobody declared, and whose name is nearly that of one that somebody did. */
function* strayAttributes(near: Hints, policies: readonly ReadPolicy[], attributes: Attributes): Issues {
  const known = new Set(attributes.names)
  const seen = new Set<string>()
  for (const leaf of leavesIn(policies)) {
    for (const { name, path, type } of attributesOf(leaf)) {
      if (type !== undefined || path.join('.').length < MIN_LENGTH || seen.has(name)) continue
      seen.add(name)
      const hint = near(name, known)
      if (hint) yield warning(leaf.path, `the attribute ${name} is not declared.${hint}`)
    }
  }
}

/** Short names are near to one another without being meant. */
const MIN_LENGTH = 5

/** An allow that denies always override says something that its author did not mean. */
function* conflicts(policies: readonly ReadPolicy[]): Issues {
  const denied = new Map<string, Map<string, string>>()
  for (const policy of policies) {
    if (policy.effect === 'allow') continue
    const text = written(policy)
    const targets = denied.get(text) ?? new Map<string, string>()
    denied.set(text, targets)
    for (const target of pairsOf(policy)) if (!targets.has(target)) targets.set(target, policy.id)
  }
  if (denied.size === 0) return
  for (const policy of policies) {
    if (policy.effect === 'deny') continue
    const tables = [denied.get(ALWAYS), denied.get(written(policy))]
    const by = new Set(pairsOf(policy).map((target) => deniedBy(target, tables)))
    if (by.has(undefined)) continue
    const ids = [...by].map((id) => `"${id}"`)
    const they = ids.length === 1 ? `${ids[0]} denies` : `${ids.slice(0, 3).join(' and ')} deny`
    yield warning(policy.path, `"${policy.id}" never allows anything, since ${they} it all.`)
  }
}

const ALWAYS = 'null'

function* leavesIn(policies: readonly ReadPolicy[]): Iterable<Leaf> {
  for (const { tree } of policies) if (tree) yield* leavesOf(tree)
}

function written({ tree, conditions }: ReadPolicy): string {
  return tree === undefined ? ALWAYS : JSON.stringify(conditions)
}

function pairsOf({ resources, actions }: ReadPolicy): readonly string[] {
  return resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`))
}

function deniedBy(target: string, tables: readonly (ReadonlyMap<string, string> | undefined)[]): string | undefined {
  const [resource, action] = target.split(':')
  for (const table of tables) {
    for (const wide of [target, `${resource}:*`, `*:${action}`, '*:*']) {
      const id = table?.get(wide)
      if (id !== undefined) return id
    }
  }
  return undefined
}

type Member = 'resource' | 'action'

function targetsOf({ resources, actions }: ReadPolicy): readonly (readonly [Member, string])[] {
  return [...resources.map((name) => ['resource', name] as const), ...actions.map((name) => ['action', name] as const)]
}

/** The names in permissions, without wildcards. */
function namesOf(permissions: Iterable<string>): Record<Member, Set<string>> {
  const names = { resource: new Set<string>(), action: new Set<string>() }
  for (const text of permissions) {
    const [resource = '*', action = '*'] = text.split(':')
    if (readPermission(`${resource}:x`)) names.resource.add(resource)
    if (readPermission(`x:${action}`)) names.action.add(action)
  }
  return names
}

/** Says which of the known names was probably meant. Each is compared with all that are known, so not without an end. */
function hints(): (name: string, known: ReadonlySet<string>) => string {
  let comparisons = 20_000
  return (name, known) => {
    comparisons -= known.size
    const nearest = comparisons < 0 ? undefined : nearestName(name.slice(0, 200), known)
    return nearest ? ` Did you mean "${nearest}"?` : ''
  }
}

function error(path: string, message: string): PolicyIssue {
  return { severity: 'error', path, message }
}

function warning(path: string, message: string): PolicyIssue {
  return { severity: 'warning', path, message }
}
