import { join } from 'node:path'

import { fileLog, type SegmentSource } from '../verify/log-source.ts'

/** Segments that have outlived the retention, and the last record that goes with them. */
export interface Outlived {
  readonly paths: readonly string[]
  readonly through: number
}

/**
 * Finds the first segments of a log that hold nothing younger than `before`. The last segment always stays. A record's own
 * time counts, since a clock that was set back makes what follows it look older than it is.
 * @param before milliseconds since the Unix epoch
 */
export async function outlivedSegments(folder: string, before: number): Promise<Outlived | undefined> {
  const segments = await fileLog(folder).segments()
  const paths: string[] = []
  let through = 0
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    const header = await next?.header()
    if (!next || !header || !(await isOlder(next, before, 1)) || !(await isOlder(segment, before))) break
    paths.push(join(folder, segment.name))
    through = header.first - 1
  }
  return paths.length > 0 ? { paths, through } : undefined
}

/** Whether the first `count` records are all older, and there is one. What has no time that can be read is not. */
async function isOlder(
  segment: SegmentSource,
  before: number,
  count: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  let seen = 0
  for await (const lines of segment.lines()) {
    for (const { bytes } of lines) {
      const time = Date.parse(/"time":"([^"]{1,40})"/.exec(bytes.toString('latin1', 0, 256))?.[1] ?? '')
      if (!(time < before)) return false
      if (++seen === count) return true
    }
  }
  return seen > 0
}
