import { ConfigurationError } from '../errors.ts'

// biome-ignore lint/suspicious/noExplicitAny: a decorator must accept a method of any class and any parameters
export type AnyMethod = (this: any, ...args: any[]) => unknown

// biome-ignore lint/suspicious/noExplicitAny: a decorator must accept a class with any constructor
export type AnyClass = new (...args: any[]) => object

/** What the language itself calls, and no router does. */
const BY_THE_LANGUAGE: ReadonlySet<PropertyKey> = new Set<PropertyKey>([
  'constructor',
  'prototype',
  ...Reflect.ownKeys(Symbol)
    .map((name) => (Symbol as unknown as Readonly<Record<PropertyKey, unknown>>)[name])
    .filter((value) => typeof value === 'symbol'),
])

/** What stands for a class that has a class-wide decorator. */
const covered = new WeakSet<object>()

/** Names on such a class what stands for it, also for another copy of this package. */
const COVERED = Symbol.for('@ashlar/core covered 1')

/**
 * Puts guards in front of whatever a router could call of a class: methods, static ones and inherited ones included, what
 * getters answer, functions that fields hold, also of those that are added later where that can be seen. What can't be covered
 * is refused.
 * @param guarded a function with the guards in front, the same one each time; itself where it has them already
 * @throws ConfigurationError `ERR_DECORATOR_TARGET`
 */
export function classWide(
  target: AnyClass,
  guarded: (method: AnyMethod) => AnyMethod,
  context: ClassDecoratorContext | undefined,
): AnyClass {
  const { prototype } = target as { readonly prototype: object }
  const where = `class ${target.name}`
  const coverClass = (): void => {
    coverWithInherited(target, Function.prototype, guarded, where)
    coverWithInherited(prototype, Object.prototype, guarded, where)
  }
  coverClass()

  let complete = false
  const stand: AnyClass = new Proxy(target, {
    construct(original, values, newTarget) {
      if (!isCovered(newTarget)) throw uncovered(newTarget, target)
      if (!complete) {
        // What has been added to the class until now is covered, and nothing more can be.
        coverClass()
        Object.preventExtensions(prototype)
        complete = true
      }
      const instance = Reflect.construct(original, values, newTarget)
      if (!isOf(prototype, instance)) {
        throw refusal(`${where}: its constructor answers an object of another kind, whose methods have no guards.`)
      }
      cover(instance, guarded, where)
      return instance
    },
    defineProperty(original, name, descriptor) {
      return Reflect.defineProperty(original, name, coveredDescriptor(name, descriptor, guarded))
    },
  })
  covered.add(stand)
  Object.defineProperty(target, COVERED, { value: stand, configurable: true })
  Object.defineProperty(prototype, 'constructor', { value: stand, writable: true, configurable: true })
  // By the standard, static fields get their values after the decorator has run.
  context?.addInitializer(coverClass)
  return stand
}

/** An heir inherits the name, and is not what it names. */
function isCovered(made: object): boolean {
  return covered.has(made) || (made as { readonly [COVERED]?: object })[COVERED] === made
}

/** Covers what an object has itself, and as its own what it inherits up to `end`, which stays as it is where that is from. */
function coverWithInherited(
  object: object,
  end: object,
  guarded: (method: AnyMethod) => AnyMethod,
  where: string,
): void {
  const seen = new Set<PropertyKey>()
  for (
    let level: object | null = object;
    level && level !== end;
    level = Object.getPrototypeOf(level) as object | null
  ) {
    for (const name of Reflect.ownKeys(level)) {
      if (seen.has(name)) continue
      seen.add(name)
      coverMember(object, name, Object.getOwnPropertyDescriptor(level, name)!, guarded, where)
    }
  }
}

function cover(object: object, guarded: (method: AnyMethod) => AnyMethod, where: string): void {
  for (const name of Reflect.ownKeys(object)) {
    coverMember(object, name, Object.getOwnPropertyDescriptor(object, name)!, guarded, where)
  }
}

function coverMember(
  object: object,
  name: PropertyKey,
  descriptor: PropertyDescriptor,
  guarded: (method: AnyMethod) => AnyMethod,
  where: string,
): void {
  const replacement = coveredDescriptor(name, descriptor, guarded)
  if (replacement === descriptor || Reflect.defineProperty(object, name, replacement)) return
  throw refusal(`${where}: "${String(name)}" can't be given guards, since it can't be changed. Is it frozen?`)
}

/** The same where there is nothing to guard. */
function coveredDescriptor(
  name: PropertyKey,
  descriptor: PropertyDescriptor,
  guarded: (method: AnyMethod) => AnyMethod,
): PropertyDescriptor {
  if (BY_THE_LANGUAGE.has(name)) return descriptor
  const { value, get } = descriptor
  if (isHandler(value)) {
    const method = guarded(value)
    return method === value ? descriptor : { ...descriptor, value: method }
  }
  if (!get) return descriptor
  const guardedGet = coveredGetter(get, guarded)
  return guardedGet === get ? descriptor : { ...descriptor, get: guardedGet }
}

/** Getters that have been covered, by the guards. */
const getters = new WeakMap<object, WeakSet<object>>()

function coveredGetter(get: () => unknown, guarded: (method: AnyMethod) => AnyMethod): () => unknown {
  const known = getters.get(guarded) ?? new WeakSet()
  getters.set(guarded, known)
  if (known.has(get)) return get
  const replacement = function (this: unknown): unknown {
    const value = get.call(this)
    return isHandler(value) ? guarded(value) : value
  }
  known.add(replacement)
  return replacement
}

/** A function, and no class: that is made an instance of, and never called. */
function isHandler(value: unknown): value is AnyMethod {
  return typeof value === 'function' && !isClass(value)
}

/** By its prototype as well, which no one can replace: the text of a method that is called `class` begins like a class. */
function isClass(value: object): boolean {
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype')
  return prototype?.writable === false && /^class\b/.test(Function.prototype.toString.call(value))
}

function isOf(prototype: object, instance: object): boolean {
  return Object.prototype.isPrototypeOf.call(prototype, instance)
}

/** Its fields get their values when nobody of ours can see it any more, and its static methods never pass by here. */
function uncovered(heir: { readonly name?: string }, target: AnyClass): ConfigurationError {
  return refusal(
    `class ${heir.name ?? ''} extends ${target.name}, whose guards don't reach what it adds. Put @Protect(…) on ${heir.name ?? 'it'} as well.`,
  )
}

function refusal(message: string): ConfigurationError {
  return new ConfigurationError('ERR_DECORATOR_TARGET', message)
}
