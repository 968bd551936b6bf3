import type { InputPart } from './input-part.ts'
import { codeOf, textOf } from './issue-text.ts'
import type { FoundIssue } from './parsed.ts'

/** One thing that is wrong with the input. Holds names and positions: no value that was sent, and nothing that the schema compares with. */
export interface InputIssue {
  readonly in: InputPart
  /** Where, with dots between the steps: `items.0.price`. Empty for the part as a whole. */
  readonly path: string
  /** The library's code; zod's are `invalid_type`, `too_small`, `unrecognized_keys`, … */
  readonly code: string
  /** The text that the schema's author gave, or one that goes by the code. */
  readonly message: string
}

/** More issues than this help nobody, and an attacker chooses how many there are. */
const MAX_ISSUES = 50
/** All paths and messages of a refusal, in bytes of JSON: a small input that repeats itself would make a large refusal. */
const MAX_WRITTEN = 4096
/** A step of a path can be a name that the caller chose. */
const MAX_STEP_LENGTH = 64
const MAX_PATH_LENGTH = 256

/** The issues of one refusal, within its limits. */
export class InputIssues {
  readonly list: InputIssue[] = []
  #written = 0

  /** Adds what a schema found wrong with a part. */
  add(part: InputPart, found: readonly FoundIssue[]): void {
    for (const issue of found) {
      if (this.list.length >= MAX_ISSUES || this.#written >= MAX_WRITTEN) return
      const path = stepsOf(issue)
      const { keys } = issue
      if (Array.isArray(keys)) for (const key of keys) this.#push(part, [...path, key], issue)
      else this.#push(part, path, issue)
    }
  }

  #push(part: InputPart, steps: readonly unknown[], issue: FoundIssue): void {
    if (this.list.length >= MAX_ISSUES || this.#written >= MAX_WRITTEN) return
    const path = pathText(steps)
    const message = textOf(issue)
    this.#written += writtenLength(path) + writtenLength(message)
    if (this.list.length === 0 || this.#written <= MAX_WRITTEN) {
      this.list.push({ in: part, path, code: codeOf(issue), message })
    }
  }
}

/** The steps to an issue: keys, or objects that hold one, as Standard Schema allows. */
function stepsOf({ path }: FoundIssue): readonly unknown[] {
  return Array.isArray(path) ? path.map((step: unknown) => (isSegment(step) ? step.key : step)) : []
}

function isSegment(step: unknown): step is { readonly key: unknown } {
  return typeof step === 'object' && step !== null && 'key' in step
}

/** The steps, as many as there is room for. */
function pathText(steps: readonly unknown[]): string {
  let path = ''
  for (const [index, step] of steps.entries()) {
    const next = `${index > 0 ? '.' : ''}${stepText(step)}`
    if (path.length + next.length > MAX_PATH_LENGTH) return `${path}…`
    path += next
  }
  return path
}

/** A step that is no key has no name: a library may tell anything. */
function stepText(step: unknown): string {
  return typeof step === 'object' || typeof step === 'function' ? '?' : String(step).slice(0, MAX_STEP_LENGTH)
}

/** At most as many bytes as the text has in JSON, for which control characters and halves of pairs are written in six. */
function writtenLength(text: string): number {
  return /^[ !#-[\]-~]*$/.test(text) ? text.length : text.length * 6
}
