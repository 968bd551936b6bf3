/** The part of a winston logger that the request log needs. */
export interface Logger {
  log(entry: LogEntry): unknown
  on?(event: 'error', listener: (error: unknown) => void): unknown
  off?(event: 'error', listener: (error: unknown) => void): unknown
  /** How many entries wait in it, where it is a stream. */
  readonly writableLength?: number
  /** The levels the logger knows, by name. */
  readonly levels?: Readonly<Record<string, number>>
}

export interface LogEntry {
  level: string
  message: string
  readonly [field: string]: unknown
}
