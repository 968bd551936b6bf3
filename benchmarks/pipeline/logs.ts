import { createWriteStream } from 'node:fs'

import { createLogger, format, type Logger, transports } from 'winston'

/** Winston as people run it: JSON with a timestamp, to a stream. */
export function winstonLogger(): Logger {
  return createLogger({
    level: 'info',
    format: format.combine(format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream: createWriteStream('/dev/null') })],
  })
}

let lines = 0

/** Takes every record and keeps none. */
export function noopSink(): void {
  lines++
}

export const linesTaken = (): number => lines
