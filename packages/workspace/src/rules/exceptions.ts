/** A file that may break a rule. */
export interface Exception {
  readonly rule: string
  /** The folder of the package. */
  readonly package: string
  /** From the package's folder. */
  readonly file: string
  /** Why it may. */
  readonly because: string
}

export const EXCEPTIONS: readonly Exception[] = []
