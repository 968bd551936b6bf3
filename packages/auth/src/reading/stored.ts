import { UnavailableError } from '@ashlar/core'

type Fields = Readonly<Record<string, unknown>>

/** What a field of a record must be for whoever lets somebody in by it. */
export interface RecordShape {
  readonly texts: readonly string[]
  readonly lists: readonly string[]
  readonly numbers: readonly string[]
  readonly optionalTexts: readonly string[]
  readonly optionalLists: readonly string[]
  readonly optionalNumbers: readonly string[]
}

/** Whether a value is a record of a shape. A database may give back NULL or a bigint as a text, which none of them is. */
export function hasShape(value: unknown, shape: RecordShape): boolean {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Fields
  const optionally = (test: (field: unknown) => boolean) => (name: string) =>
    record[name] === undefined || test(record[name])
  return (
    shape.texts.every((name) => isText(record[name])) &&
    shape.lists.every((name) => isListOfTexts(record[name])) &&
    shape.numbers.every((name) => Number.isFinite(record[name])) &&
    shape.optionalTexts.every(optionally(isText)) &&
    shape.optionalLists.every(optionally(isListOfTexts)) &&
    shape.optionalNumbers.every(optionally(Number.isFinite)) &&
    optionally(isObject)('claims')
  )
}

/** Junk is an outage of the store and nobody's fault: it says neither that a caller is good nor that it isn't. */
export function junk(what: string): UnavailableError {
  return new UnavailableError(`${what} answered with something that is no record.`)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
