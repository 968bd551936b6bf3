/** A text, number, boolean, or what an attribute is, or an explicit `{ value }` or `{ ref }`. */
export type Operand =
  | string
  | number
  | boolean
  | { readonly ref: string }
  | { readonly value: string | number | boolean }

/** The hours of a day in a time zone, both ends included. `from` later than `to` passes midnight. */
export interface DayTime {
  readonly from: string
  readonly to: string
  /** An IANA name: `Europe/Berlin`, `UTC`. Default: the policies' `zone`. */
  readonly zone?: string
}

type By<Value> = Readonly<Record<string, Value>>

/** One operator over attributes by name, or `and`, `or`, `not`. Several in one object must all hold. */
export interface Condition {
  readonly and?: readonly Condition[]
  readonly or?: readonly Condition[]
  readonly not?: Condition
  readonly equals?: By<Operand>
  readonly notEquals?: By<Operand>
  readonly in?: By<readonly Operand[] | { readonly ref: string } | { readonly value: readonly (string | number)[] }>
  readonly notIn?: By<readonly Operand[] | { readonly ref: string } | { readonly value: readonly (string | number)[] }>
  readonly between?: By<readonly [Operand, Operand] | DayTime>
  readonly greaterThan?: By<Operand>
  readonly greaterThanOrEqual?: By<Operand>
  readonly lessThan?: By<Operand>
  readonly lessThanOrEqual?: By<Operand>
  readonly contains?: By<Operand>
  readonly startsWith?: By<Operand>
  readonly endsWith?: By<Operand>
  readonly exists?: By<boolean>
}

/** One rule: whom it lets do what, or whom it keeps from it. Plain JSON. */
export interface Policy {
  /** Unique; named in explanations. */
  readonly id: string
  readonly description?: string
  readonly effect: 'allow' | 'deny'
  /** The kinds of resource it is about; `*` for all. */
  readonly resource: string | readonly string[]
  /** The actions it is about; `*` for all. */
  readonly action: string | readonly string[]
  /** When it applies. Default: always. */
  readonly conditions?: Condition
}

/** Something about a policy that stops it (`error`) or is probably not meant (`warning`). */
export interface PolicyIssue {
  readonly severity: 'error' | 'warning'
  /** Where: `policies[2].conditions.and[0].equals["user.department"]`. */
  readonly path: string
  readonly message: string
}
