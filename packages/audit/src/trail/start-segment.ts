import { join } from 'node:path'

import type { ChainHead } from './chain.ts'
import type { LogPlace } from './log-place.ts'
import { encodeHeader, segmentName } from './segment-header.ts'
import type { AppendFile } from './trail-files.ts'

/** A new segment behind these records, durable with its header. Of one that fails at any step, a file may stay. */
export async function startSegment(
  { folder, origin, files }: LogPlace,
  { prev, tree }: ChainHead,
  open: ReadonlySet<number>,
): Promise<AppendFile> {
  const segment = await files.append(join(folder, segmentName(tree.size + 1)))
  const frontier = tree.frontier.map((node) => node.toString('base64url'))
  try {
    // After a failed attempt the file may be there already, in part.
    if (segment.size > 0) await segment.truncate(0)
    await segment.write(Buffer.from(encodeHeader({ origin, first: tree.size + 1, prev, frontier, open: [...open] })))
    await segment.sync()
    await files.syncFolder(folder)
    return segment
  } catch (error) {
    await segment.close()
    throw error
  }
}
