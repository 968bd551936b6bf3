/**
 * A schema: of zod 4 or zod/mini, or of any other library that speaks [Standard Schema](https://standardschema.dev), such as
 * zod 3, valibot and arktype.
 */
export interface Schema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What a schema makes of its input. */
export type OutputOf<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/** Whether it is a schema, by what it has: an app may hold two copies of zod, and an `instanceof` knows only one. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = (value as Partial<Schema>)['~standard']
  return (
    typeof standard === 'object' &&
    standard !== null &&
    typeof (standard as Schema['~standard']).validate === 'function'
  )
}
