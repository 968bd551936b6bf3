import type { House } from '../house/house.ts'
import type { HousePackage } from '../house/house-package.ts'

export interface Violation {
  /** The file, from the folder of its package. */
  readonly file: string
  readonly line?: number
  readonly says: string
}

/** A rule of the house. It sees texts only, so that a test can plant a fault. */
export interface Rule {
  readonly name: string
  /** Why there is such a rule. */
  readonly because: string
  /** What in one package breaks it. */
  check(home: HousePackage, house: House): readonly Violation[]
}
