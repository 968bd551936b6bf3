import { ConfigurationError } from '../errors.ts'
import { type AnyClass, type AnyMethod, classWide } from './class-wide.ts'

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

interface Marks {
  /** Functions that a decorator has been put on by name, so that a class-wide one leaves them as they are. */
  readonly decorated: WeakSet<object>
  /** Whose guards a function has from class-wide decorators. */
  readonly covered: WeakMap<object, readonly object[]>
}

const MARKS = Symbol.for('@ashlar/core decorated 1')
const shared = globalThis as { [MARKS]?: Marks }

/** Of all copies of this package in one process: a class may have decorators of several. */
const { decorated, covered } = (shared[MARKS] ??= { decorated: new WeakSet(), covered: new WeakMap() })

/**
 * Turns a wrapper of methods into a decorator for both worlds. On a class it is the default of whatever a router could call of
 * it and that has no decorator of its own: methods, static and inherited ones included, what getters answer, functions that the
 * constructor assigns. Several class-wide decorators, those of classes that it extends among them, are all asked, the outermost
 * first. What is not to be called from outside belongs in a `#private` method, which no decorator sees.
 * The decorator throws a ConfigurationError `ERR_DECORATOR_TARGET` on anything but a method or a class, and where a member can't
 * be covered; so does the constructor of a class that extends a decorated one and has no decorator. One without guards leaves a method open,
 * and is refused on a class.
 * @param guards how many `wrap` puts in front of a method
 */
export function methodDecorator<Method extends AnyMethod>(
  wrap: (method: Method) => Method,
  guards = 1,
): MethodDecorator<Method> {
  const wrapped = (method: Method): Method => {
    const result = wrap(method)
    keepWhenBound(result, (made) => decorated.add(made))
    return result
  }

  /** Each function is covered once, so that it stays the same one each time it is read. */
  const made = new WeakMap<object, AnyMethod>()
  const guarded = (method: AnyMethod): AnyMethod => {
    const by = covered.get(method) ?? []
    if (decorated.has(method) || by.includes(made)) return method
    let result = made.get(method)
    if (!result) {
      result = wrap(method as Method) as AnyMethod
      keepWhenBound(result, (bound) => covered.set(bound, [...by, made]))
      made.set(method, result)
    }
    return result
  }

  const decorate = (first: unknown, second: unknown, descriptor?: TypedPropertyDescriptor<Method>): unknown => {
    if (typeof first === 'function' && isContext(second, 'method')) return wrapped(first as Method)
    if (typeof first === 'function' && (second === undefined || isContext(second, 'class'))) {
      if (guards === 0) throw noGuards()
      return classWide(first as AnyClass, guarded, second as ClassDecoratorContext | undefined)
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

/** Notes of a function what is to be known of it, and of those that `this.show = this.show.bind(this)` makes of it. */
function keepWhenBound(method: AnyMethod, note: (made: AnyMethod) => unknown): void {
  note(method)
  Object.defineProperty(method, 'bind', {
    value(this: AnyMethod, ...values: Parameters<AnyMethod['bind']>): AnyMethod {
      const bound = Function.prototype.bind.apply(this, values) as AnyMethod
      keepWhenBound(bound, note)
      return bound
    },
    writable: true,
    configurable: true,
  })
}

function noGuards(): ConfigurationError {
  return new ConfigurationError(
    'ERR_GUARD_INVALID',
    'A decorator without guards leaves a method open; on a class expected at least one guard.',
  )
}

function isContext(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === kind
}
