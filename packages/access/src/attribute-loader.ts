import { type Awaitable, type Principal, principalKey, UnavailableError } from '@ashlar/core'
import {
  callback,
  group,
  having,
  kindOf,
  listOf,
  type OptionReader,
  type OptionTable,
  text,
} from '@ashlar/core/options'
import { ask, isThenable } from '@ashlar/core/time'

import { own } from './own.ts'
import { Attributes, isPrincipals } from './policies/attributes.ts'
import type { Plan } from './policies/policy-index.ts'

/** What a loader is asked about. */
export interface LoadedFor {
  readonly principal: Principal
  readonly resource: object | undefined
  /** Aborts when the deadline has passed. */
  readonly signal: AbortSignal
}

/** Fetches attributes that the credential does not carry. */
export interface AttributeLoader {
  /**
   * The attributes it can fetch: `user.team`, `resource.owner_department`, `environment.risk`. What is the principal's own
   * (`user.roles` and the like) is not among them: `grantedRoles` adds roles.
   */
  readonly attributes: readonly string[]
  /**
   * Called once for each decision, and once for each request where it gives user or environment attributes, with the
   * names that the policies in question read; those of a resource only where there is one. A name it leaves out is missing.
   * What it throws refuses the request with 503.
   */
  load(names: readonly string[], about: LoadedFor): Awaitable<Readonly<Record<string, unknown>>>
}

const undeclared = new Attributes()

const loadedName: OptionReader<string> = (value, at) => {
  const name = text({ quote: true })(value, at)
  const attribute = undeclared.find(name)
  if (typeof attribute === 'string') throw at.invalid(`an attribute such as "user.team", not ${JSON.stringify(name)}`)
  if (attribute.path.length > 1) throw at.invalid('an attribute of one segment, such as "user.team"')
  if (isPrincipals(name)) throw at.invalid(`no attribute of the principal itself, as ${JSON.stringify(name)} is`)
  return name
}

const names = listOf(loadedName, { unique: true })
const members = group({
  attributes: names,
  load: callback<AttributeLoader['load']>(),
} satisfies OptionTable<AttributeLoader>)
const instance = having<AttributeLoader>(['load'], '{ attributes: ["user.team"], load }')

/** An object or an instance of a class; its `load` is called on it. */
const loader: OptionReader<AttributeLoader> = (value, at) => {
  if (value !== undefined && kindOf(value) === 'an object') {
    const { attributes, load } = members(value, at)
    return { attributes, load: (asked, about) => load.call(value, asked, about) }
  }
  const made = instance(value, at)
  return { attributes: names(made.attributes, at.in('attributes')), load: (asked, about) => made.load(asked, about) }
}

/** The option `loaders`. */
export const attributeLoaders: OptionReader<readonly AttributeLoader[]> = (value, at) => {
  if (value === undefined) return []
  const loaders = listOf(loader, { min: 0 })(value, at)
  const seen = new Set<string>()
  for (const [index, { attributes }] of loaders.entries()) {
    const twice = attributes.find((name) => seen.has(name))
    if (twice) throw at.in(index).in('attributes').invalid(`without "${twice}", which another loader gives`)
    for (const name of attributes) seen.add(name)
  }
  return loaders
}

/** Attributes by name. */
export type Loaded = ReadonlyMap<string, unknown>

type Values = Readonly<Record<string, unknown>>

/** Every loader, and what has been fetched for a request already. */
export class Loaders {
  readonly #loaders: readonly AttributeLoader[]
  readonly #timeoutMs: number
  /** By request, then by loader. Forgotten with the request. */
  readonly #ofRequest = new WeakMap<object, Map<AttributeLoader, Map<string, Promise<Values>>>>()

  constructor(loaders: readonly AttributeLoader[], timeoutMs: number) {
    this.#loaders = loaders
    this.#timeoutMs = timeoutMs
  }

  /** Whether anything must be fetched for a decision. */
  needed(plan: Plan, resource: object | undefined): boolean {
    return this.#loaders.some((loader) => namesFor(loader, plan, resource).length > 0)
  }

  /**
   * @param request what answers are shared within; none: nothing is shared
   * @throws UnavailableError when a loader fails or takes too long
   */
  async load(
    principal: Principal,
    plan: Plan,
    resource: object | undefined,
    request: object | undefined,
  ): Promise<Loaded> {
    const loaded = new Map<string, unknown>()
    await Promise.all(
      this.#loaders.map(async (loader) => {
        const names = namesFor(loader, plan, resource)
        if (names.length === 0) return
        const values = await this.#once(loader, names, principal, resource, request)
        for (const name of names) loaded.set(name, own(values, name))
      }),
    )
    return loaded
  }

  #once(
    loader: AttributeLoader,
    names: readonly string[],
    principal: Principal,
    resource: object | undefined,
    request: object | undefined,
  ): Awaitable<Values> {
    const shared = request !== undefined && !names.some(isOfResource)
    if (!shared) return this.#ask(loader, names, principal, resource)
    let ofRequest = this.#ofRequest.get(request)
    if (!ofRequest) this.#ofRequest.set(request, (ofRequest = new Map()))
    let byNames = ofRequest.get(loader)
    if (!byNames) ofRequest.set(loader, (byNames = new Map()))
    const key = JSON.stringify([principalKey(principal), ...names])
    const known = byNames.get(key)
    if (known) return known
    const answer = this.#ask(loader, names, principal, resource)
    byNames.set(key, answer)
    return answer
  }

  async #ask(
    loader: AttributeLoader,
    names: readonly string[],
    principal: Principal,
    resource: object | undefined,
  ): Promise<Values> {
    const what = `The loader of ${names.join(', ')}`
    const abort = new AbortController()
    const about = { principal, resource, signal: abort.signal }
    const values: unknown = await ask<unknown>(what, this.#timeoutMs, () => loader.load(names, about), {
      callOff: () => abort.abort(),
    })
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new UnavailableError(`${what} answered ${kindOf(values)} and no attributes by name.`)
    }
    // A promise would count as something that is there.
    const pending = names.find((name) => isThenable(own(values, name)))
    if (pending) throw new UnavailableError(`${what} answered a promise as ${pending}. It must be awaited first.`)
    return values as Values
  }
}

/** What a loader is asked for. Without a resource nothing is asked about one. */
function namesFor({ attributes }: AttributeLoader, plan: Plan, resource: object | undefined): readonly string[] {
  return attributes.filter((name) => plan.attributes.has(name) && (resource !== undefined || !isOfResource(name)))
}

function isOfResource(name: string): boolean {
  return name.startsWith('resource.')
}

/** An object with the loaded attributes of one root beside its own. */
export function joined(
  object: object | undefined,
  root: 'resource' | 'environment',
  loaded: Loaded,
): object | undefined {
  const names = [...loaded.keys()].filter((name) => name.startsWith(`${root}.`))
  if (names.length === 0 || (root === 'resource' && object === undefined)) return object
  const result: Record<string, unknown> = { ...object }
  for (const name of names) result[name.slice(root.length + 1)] = loaded.get(name)
  return result
}
