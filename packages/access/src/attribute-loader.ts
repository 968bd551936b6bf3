import { type Awaitable, ConfigurationError, type Principal, UnavailableError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import { withDeadline } from '@ashlar/core/time'

import { own, ownList } from './own.ts'
import { Attributes } from './policies/attributes.ts'
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
  /** The attributes it can fetch: `user.team`, `resource.owner_department`, `environment.risk`. */
  readonly attributes: readonly string[]
  /**
   * Called once for each decision, and once for each request where it gives user or environment attributes, with the
   * names that the policies in question read. A name it leaves out is missing. What it throws refuses the request with 503.
   */
  load(names: readonly string[], about: LoadedFor): Awaitable<Readonly<Record<string, unknown>>>
}

const DEFAULT_TIMEOUT_MS = 1000

/** Attributes by name. */
export type Loaded = ReadonlyMap<string, unknown>

/** Every loader, and what has been fetched for a request already. */
export class Loaders {
  readonly #loaders: readonly AttributeLoader[]
  readonly #timeoutMs: number
  /** By request, then by loader. Forgotten with the request. */
  readonly #ofRequest = new WeakMap<
    object,
    Map<AttributeLoader, Map<string, Promise<Readonly<Record<string, unknown>>>>>
  >()

  /** @throws ConfigurationError `ERR_OPTION_INVALID` */
  constructor(where: string, loaders: unknown, timeoutMs: number = DEFAULT_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs
    if (loaders === undefined) {
      this.#loaders = []
      return
    }
    if (!Array.isArray(loaders)) throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "loaders" is a list.`)
    const known = new Attributes(where, {})
    const seen = new Set<string>()
    for (const [index, loader] of (loaders as AttributeLoader[]).entries()) {
      const at = `${where}: loaders[${index}]`
      checkOptionNames(at, loader, ['attributes', 'load'])
      if (typeof loader.load !== 'function')
        throw new ConfigurationError('ERR_OPTION_INVALID', `${at}: "load" is a function.`)
      for (const name of ownList(at, loader, 'attributes')) {
        const attribute = known.find(name)
        const problem =
          typeof attribute === 'string'
            ? attribute
            : attribute.path.length > 1
              ? 'a loaded attribute has one segment.'
              : seen.has(name)
                ? 'two loaders give it.'
                : undefined
        if (problem) throw new ConfigurationError('ERR_OPTION_INVALID', `${at}: ${JSON.stringify(name)}: ${problem}`)
        seen.add(name)
      }
    }
    this.#loaders = loaders as readonly AttributeLoader[]
  }

  /** Whether anything must be fetched for a decision. */
  needed(plan: Plan): boolean {
    return this.#loaders.some(({ attributes }) => attributes.some((name) => plan.attributes.has(name)))
  }

  /**
   * @param request what answers are shared within; none: nothing is shared
   * @throws UnavailableError when a loader fails or takes too long
   */
  async load(
    plan: Plan,
    principal: Principal,
    resource: object | undefined,
    request: object | undefined,
  ): Promise<Loaded> {
    const loaded = new Map<string, unknown>()
    await Promise.all(
      this.#loaders.map(async (loader) => {
        const names = loader.attributes.filter((name) => plan.attributes.has(name))
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
  ): Promise<Readonly<Record<string, unknown>>> {
    const shared = request !== undefined && !names.some((name) => name.startsWith('resource.'))
    if (!shared) return this.#ask(loader, names, principal, resource)
    let ofRequest = this.#ofRequest.get(request)
    if (!ofRequest) this.#ofRequest.set(request, (ofRequest = new Map()))
    let byNames = ofRequest.get(loader)
    if (!byNames) ofRequest.set(loader, (byNames = new Map()))
    const key = JSON.stringify([principal.issuer, principal.subject, ...names])
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
  ): Promise<Readonly<Record<string, unknown>>> {
    const abort = new AbortController()
    const late = (): UnavailableError =>
      new UnavailableError(`Attributes (${names.join(', ')}) did not arrive in time.`)
    try {
      const pending = Promise.resolve(loader.load(names, { principal, resource, signal: abort.signal }))
      const values = await withDeadline(pending, this.#timeoutMs, {
        error: () => {
          abort.abort()
          return late()
        },
      })
      if (typeof values !== 'object' || values === null) throw new TypeError('a loader answers an object')
      return values
    } catch (error) {
      if (error instanceof UnavailableError) throw error
      throw new UnavailableError(`Attributes (${names.join(', ')}) could not be loaded.`, { cause: error })
    }
  }
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
