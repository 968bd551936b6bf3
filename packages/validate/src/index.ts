export { input } from './input.ts'
export type { InputIssue } from './input-issue.ts'
export type { InputPart } from './input-part.ts'
export { type InputOf, type InputSchemas, type ValidateGuard, validate } from './validate.ts'
