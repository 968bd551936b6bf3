import type { Build } from './build.ts'

/** One case's processor time in one build. */
export interface Reading {
  readonly case: string
  readonly contender: string
  readonly unit: string
  readonly value: number
}

/** What `--only` looks into. */
export const nameOf = (reading: Pick<Reading, 'case' | 'contender'>): string => `${reading.case} ${reading.contender}`

/** A process that measures in short turns, so that two builds can take them in turn. */
export interface Session {
  /** Makes the next cases ready and warm, if there are more. */
  next(): Promise<boolean>
  /** Measures each of them, for some hundredths of a second. */
  turn(): Promise<readonly Reading[]>
  close(): Promise<void>
}

/** A case, or those of one script. */
export interface Probe {
  /** A fresh process; undefined where the build has no such case. */
  open(build: Build): Promise<Session | undefined>
}
