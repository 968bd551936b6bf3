import { ConfigurationError } from './errors.ts'

// biome-ignore lint/suspicious/noExplicitAny: a decorator must accept a method of any class and any parameters
export type AnyMethod = (this: any, ...args: any[]) => unknown

/** Usable as a standard (TC39) decorator and under `experimentalDecorators`. */
export interface MethodDecorator<Method extends AnyMethod> {
  <M extends Method>(method: M, context: ClassMethodDecoratorContext): M
  <M extends Method>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): TypedPropertyDescriptor<M>
}

/**
 * Turns a wrapper of methods into a decorator for both worlds.
 * The decorator throws a ConfigurationError `ERR_DECORATOR_TARGET` on anything but a method.
 */
export function methodDecorator<Method extends AnyMethod>(wrap: (method: Method) => Method): MethodDecorator<Method> {
  const decorate = (first: unknown, second: unknown, descriptor?: TypedPropertyDescriptor<Method>): unknown => {
    if (typeof first === 'function' && isMethodContext(second)) return wrap(first as Method)
    if (typeof descriptor?.value !== 'function') {
      throw new ConfigurationError(
        'ERR_DECORATOR_TARGET',
        'Guards decorate methods only, not classes, fields or accessors.',
      )
    }
    return { ...descriptor, value: wrap(descriptor.value) }
  }
  return decorate as MethodDecorator<Method>
}

function isMethodContext(value: unknown): value is ClassMethodDecoratorContext {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'method'
}
