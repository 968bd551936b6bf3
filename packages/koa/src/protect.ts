import { type Added, type AnyGuard, ConfigurationError, type InOrder, stateOf } from '@ashlar/core'
import {
  type MethodDecorator,
  methodDecorator,
  type Port,
  run,
  type Step,
  stepsOf,
  stepsOfSome,
} from '@ashlar/core/adapter'

import type { KoaContext } from './koa-port.ts'

export type KoaNext = () => Promise<unknown>
export type KoaMiddleware = (context: KoaContext, next: KoaNext) => Promise<unknown>

// biome-ignore lint/suspicious/noExplicitAny: the decorated method has the app's own context type
export type KoaMethod = (this: any, context: any, next: any) => unknown

const ANSWERED: Promise<void> = Promise.resolve()

/** Guards as middleware: `app.use(protect(…))`, `router.get('/orders', protect(…), handler)`. */
export type KoaProtect = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => KoaMiddleware

/**
 * Guards on a controller's `(context, next)` method, under standard and legacy decorators, or the default of a class.
 * Without guards it leaves a method open.
 */
export type KoaDecorator = <const Guards extends readonly AnyGuard[]>(
  ...guards: Guards & InOrder<Guards>
) => MethodDecorator<KoaMethod>

/** Guards and a handler in one, which receives what the guards added, typed: `handle([order], ({ input }, ctx) => …)`. */
export type KoaHandle = <const Guards extends readonly AnyGuard[], Context extends KoaContext>(
  guards: Guards & InOrder<Guards>,
  handler: (state: Readonly<Added<Guards>>, context: Context, next: KoaNext) => unknown,
) => (context: Context, next: KoaNext) => Promise<unknown>

/** Binds `protect` to a port. */
export function protectWith(port: Port<KoaContext>): KoaProtect {
  return (...guards) => middlewareOf(port, stepsOfSome('protect()', guards as readonly AnyGuard[]))
}

export function middlewareOf(port: Port<KoaContext>, steps: readonly Step[]): KoaMiddleware {
  return function protectMiddleware(context, next) {
    if (typeof next !== 'function') throw elsewhere()
    const passed = run(port, steps, context)
    if (passed === true) return next()
    return passed === false ? ANSWERED : passed.then((settled) => (settled ? next() : undefined))
  }
}

function elsewhere(): ConfigurationError {
  return new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'protect() made middleware of the kind (context, next), which was called otherwise. In Express apps, import it from @ashlar/express.',
  )
}

/** Binds `@Protect` to a port. */
export function decoratorWith(port: Port<KoaContext>): KoaDecorator {
  return function Protect<const Guards extends readonly AnyGuard[]>(
    ...guards: Guards & InOrder<Guards>
  ): MethodDecorator<KoaMethod> {
    const middleware = middlewareOf(port, stepsOf(guards as readonly AnyGuard[]))
    return methodDecorator<KoaMethod>(
      (method) =>
        function protectedMethod(context, next) {
          return middleware(context, async () => method.call(this, context, next))
        },
      guards.length,
    )
  }
}

/** Binds `handle` to a port. */
export function handleWith(port: Port<KoaContext>): KoaHandle {
  return function handle<const Guards extends readonly AnyGuard[], Context extends KoaContext>(
    guards: Guards & InOrder<Guards>,
    handler: (state: Readonly<Added<Guards>>, context: Context, next: KoaNext) => unknown,
  ): (context: Context, next: KoaNext) => Promise<unknown> {
    const middleware = middlewareOf(port, stepsOf(guards as readonly AnyGuard[]))
    return function handleMiddleware(context, next) {
      return middleware(context, async () => handler(stateOf(context) as Added<Guards>, context, next))
    }
  }
}
