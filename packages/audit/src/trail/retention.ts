import { join } from 'node:path'

import { fileLog, type SegmentSource } from '../verify/log-source.ts'

/** Segments that have outlived the retention, and the last record that goes with them. */
export interface Outlived {
  readonly paths: readonly string[]
  readonly through: number
}

/**
 * Finds the segments of a log that hold nothing younger than `before`: those that another one follows whose first
 * record is older. The last segment always stays.
 * @param before milliseconds since the Unix epoch
 */
export async function outlivedSegments(folder: string, before: number): Promise<Outlived | undefined> {
  const segments = await fileLog(folder).segments()
  const paths: string[] = []
  let through = 0
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    const header = await next?.header()
    const time = next && (await firstTime(next))
    if (!header || time === undefined || !(time < before)) break
    paths.push(join(folder, segment.name))
    through = header.first - 1
  }
  return paths.length > 0 ? { paths, through } : undefined
}

async function firstTime(segment: SegmentSource): Promise<number | undefined> {
  for await (const [line] of segment.lines()) {
    if (line) return Date.parse(/"time":"([^"]+)"/.exec(line.bytes.toString())?.[1] ?? '')
  }
  return undefined
}
