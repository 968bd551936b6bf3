/** What was given, without the members that were left out: they are not there, rather than there as `undefined`. */
export function withoutGaps<T extends object>(values: T): WithoutGaps<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as WithoutGaps<T>
}

/** What may be `undefined` may be missing. */
export type WithoutGaps<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name]
} & { [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined> }
