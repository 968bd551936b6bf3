import type { Truth } from './truth.ts'

/** What is known when a question is asked. */
export interface Inquiry {
  /** The principal's attributes by slot, already of the right kind. */
  readonly user: readonly unknown[]
  readonly resource: object | undefined
  readonly environment: object | undefined
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** One condition, made ready to be asked. */
export type Test = (inquiry: Inquiry) => Truth
