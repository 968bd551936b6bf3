import type { AnyGuard, Guard } from './guard.ts'

export type AddsOf<G> = G extends Guard<infer Adds, never> ? Adds : never
export type NeedsOf<G> = G extends { check(request: never, state: infer Needs): unknown } ? Needs : never

/** The slot names that the guards of a tuple add. */
type SlotsOf<T extends readonly unknown[]> = T extends readonly [infer First, ...infer Rest]
  ? keyof AddsOf<First> | SlotsOf<Rest>
  : never

type MissingOf<G, Had, Rest extends readonly unknown[]> = Extract<Exclude<keyof NeedsOf<G>, Had>, SlotsOf<Rest>>

/** Each guard of a tuple, or a message in its place when it needs what only a later one adds. */
export type InOrder<T extends readonly unknown[], Had = never> = T extends readonly [infer First, ...infer Rest]
  ? [
      MissingOf<First, Had, Rest> extends never
        ? First
        : { readonly 'needs a guard that stands later in this chain': MissingOf<First, Had, Rest> },
      ...InOrder<Rest, Had | keyof AddsOf<First>>,
    ]
  : []

/** `A | B` as `A & B`. */
export type ToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never

/** What a tuple of guards adds together. */
export type Added<T extends readonly AnyGuard[]> = [T[number]] extends [never]
  ? object
  : ToIntersection<AddsOf<T[number]>> & object

/** What a tuple of guards still needs from before it. */
export type Needed<T extends readonly unknown[], Had = never> = T extends readonly [infer First, ...infer Rest]
  ? Omit<NeedsOf<First>, Had & PropertyKey> & Needed<Rest, Had | keyof AddsOf<First>>
  : object
