import { ConfigurationError } from '../errors.ts'

// biome-ignore lint/suspicious/noExplicitAny: a decorator must accept a method of any class and any parameters
export type AnyMethod = (this: any, ...args: any[]) => unknown

// biome-ignore lint/suspicious/noExplicitAny: a decorator must accept a class with any constructor
type AnyClass = new (...args: any[]) => object

/** Usable as a standard (TC39) decorator and under `experimentalDecorators`, on methods and on classes. */
export interface MethodDecorator<Method extends AnyMethod> {
  <M extends Method>(method: M, context: ClassMethodDecoratorContext): M
  <M extends Method>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): TypedPropertyDescriptor<M>
  <C extends AnyClass>(target: C, context?: ClassDecoratorContext): C
}

/**
 * On methods that a decorator has been put on, so that a class-wide one leaves them as they are. Registered, so that those
 * of another copy of this package are known.
 */
const DECORATED = Symbol.for('@ashlar/core decorated 1')

/**
 * Turns a wrapper of methods into a decorator for both worlds. On a class it is the default of every method that has no
 * decorator of its own, inherited ones and functions that the constructor assigns included; what is not to be called from
 * outside belongs in a `#private` method, which no decorator sees.
 * The decorator throws a ConfigurationError `ERR_DECORATOR_TARGET` on anything but a method or a class.
 */
export function methodDecorator<Method extends AnyMethod>(wrap: (method: Method) => Method): MethodDecorator<Method> {
  const wrapped = (method: Method): Method => {
    const result = wrap(method)
    Object.defineProperty(result, DECORATED, { value: true })
    return result
  }
  const decorate = (first: unknown, second: unknown, descriptor?: TypedPropertyDescriptor<Method>): unknown => {
    if (typeof first === 'function' && isContext(second, 'method')) return wrapped(first as Method)
    if (typeof first === 'function' && (second === undefined || isContext(second, 'class'))) {
      return classWide(first as AnyClass, wrapped as unknown as (method: AnyMethod) => AnyMethod)
    }
    if (typeof descriptor?.value !== 'function') {
      throw new ConfigurationError(
        'ERR_DECORATOR_TARGET',
        'Guards decorate methods and classes only, not fields or accessors.',
      )
    }
    return { ...descriptor, value: wrapped(descriptor.value) }
  }
  return decorate as MethodDecorator<Method>
}

function classWide(target: AnyClass, wrapped: (method: AnyMethod) => AnyMethod): AnyClass {
  const seen = new Set<PropertyKey>(['constructor'])
  for (let level = target.prototype; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Reflect.ownKeys(level)) {
      const descriptor = Object.getOwnPropertyDescriptor(level, name)!
      if (seen.has(name)) continue
      seen.add(name)
      if (typeof descriptor.value !== 'function' || DECORATED in descriptor.value) continue
      Object.defineProperty(target.prototype, name, { ...descriptor, value: wrapped(descriptor.value) })
    }
  }
  return new Proxy(target, {
    construct(original, values, newTarget) {
      const instance = Reflect.construct(original, values, newTarget) as Record<PropertyKey, unknown>
      for (const name of Reflect.ownKeys(instance)) {
        const descriptor = Object.getOwnPropertyDescriptor(instance, name)!
        if (typeof descriptor.value !== 'function' || DECORATED in descriptor.value) continue
        Object.defineProperty(instance, name, { ...descriptor, value: wrapped(descriptor.value) })
      }
      return instance
    },
  })
}

function isContext(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === kind
}
