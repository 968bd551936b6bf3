import type { ResolveHook } from 'node:module'

const stopwatch = new URL('./stopwatch.js', import.meta.url).href

/** Gives a benchmark's script the stopwatch where it imports `interleave`. */
export const resolve: ResolveHook = (specifier, context, nextResolve) =>
  specifier === './interleave.js' && context.parentURL?.endsWith('.bench.js')
    ? { url: stopwatch, shortCircuit: true }
    : nextResolve(specifier, context)
