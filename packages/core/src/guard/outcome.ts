/** How the response ended; given to every after-response hook. */
export interface Outcome {
  readonly status: number
  /** The connection closed before the whole response was written. */
  readonly aborted: boolean
  /** A guard answered, so the handler never ran. */
  readonly refused: boolean
  readonly durationMs: number
}
