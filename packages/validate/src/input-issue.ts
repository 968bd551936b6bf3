import type { $ZodIssue } from 'zod/v4/core'

import type { InputPart } from './input-part.ts'

/** One thing that is wrong with the input. Holds names and positions, never a value that was sent. */
export interface InputIssue {
  readonly in: InputPart
  /** Where, with dots between the steps: `items.0.price`. Empty for the part as a whole. */
  readonly path: string
  /** zod's code: `invalid_type`, `too_small`, `unrecognized_keys`, … */
  readonly code: string
  readonly message: string
}

/** More issues than this help nobody, and an attacker chooses how many there are. */
const MAX_ISSUES = 50
/** A step of a path can be a name that the caller chose. */
const MAX_STEP_LENGTH = 64
const MAX_STEPS = 32

/** Adds what zod found to `issues`, up to the limit. */
export function collectIssues(issues: InputIssue[], part: InputPart, found: readonly $ZodIssue[]): void {
  for (const issue of found) {
    if (issue.code === 'unrecognized_keys') {
      // zod's own message would quote the names; as steps of a path they are bounded.
      for (const key of issue.keys) add(issues, part, [...issue.path, key], issue.code, 'Unrecognized key')
    } else {
      add(issues, part, issue.path, issue.code ?? 'custom', issue.message)
    }
    if (issues.length >= MAX_ISSUES) return
  }
}

function add(issues: InputIssue[], part: InputPart, path: readonly PropertyKey[], code: string, message: string): void {
  if (issues.length < MAX_ISSUES) issues.push({ in: part, path: written(path), code, message })
}

function written(path: readonly PropertyKey[]): string {
  return path
    .slice(0, MAX_STEPS)
    .map((step) => String(step).slice(0, MAX_STEP_LENGTH))
    .join('.')
}
