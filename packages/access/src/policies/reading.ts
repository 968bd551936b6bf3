import type { Attributes } from './attributes.ts'
import type { Tree } from './condition-tree.ts'
import type { PolicyIssue } from './policy.ts'

export interface ReadOptions {
  readonly attributes: Attributes
  /** Nothing may be left to guessing: no bare references, no undeclared attributes. */
  readonly strict: boolean
  /** The time zone of a day time that names none. */
  readonly zone: string | undefined
}

/** Tells of something that is wrong with a policy, with its place. */
export type AddIssue = (path: string, message: string, severity?: PolicyIssue['severity']) => void

/** Stands for a part that could not be read; an issue has been added. */
export const BROKEN: Tree = { kind: 'or', of: [] }
