import { join } from 'node:path'

import { AshlarError } from '@ashlar/core'

import { checkpointVerifier, claimOf, splitNotes } from '../merkle/checkpoint.ts'
import { MerkleTree } from '../merkle/merkle-tree.ts'
import type { ChainHead } from './chain.ts'
import { wholeLines } from './line.ts'
import { CHECKPOINTS, type LogPlace } from './log-place.ts'
import { type Replay, replay } from './replay.ts'
import { genesisOf, SEGMENT_NAME } from './segment-header.ts'
import { startSegment } from './start-segment.ts'
import type { AppendFile } from './trail-files.ts'

/** A log as it is found, ready to go on. */
export interface LogState {
  readonly segment: AppendFile
  readonly head: ChainHead
  readonly open: Set<number>
  readonly signedSize: number
  readonly setAside: SetAside | undefined
}

/** What could not be read and was put into a file of its own. */
export interface SetAside {
  readonly file: string
  readonly bytes: number
  /** Records in it that are whole. They may have been acknowledged, so that this was no crash. */
  readonly whole: number
}

/**
 * Finds the end of a log, or starts it. What can't be read there is set aside: it may be evidence.
 * @throws AshlarError `ERR_TRAIL_CORRUPT` when records are missing or changed that a checkpoint vouches for
 */
export async function openLog(place: LogPlace, checkpoints: AppendFile): Promise<LogState> {
  const { folder, origin, files, signer } = place
  const text = (await files.read(join(folder, CHECKPOINTS))).toString()
  const notes = splitNotes(text)
  const wholeBytes = Buffer.byteLength(notes.join(''))
  if (wholeBytes < checkpoints.size) await checkpoints.truncate(wholeBytes)
  const verifier = checkpointVerifier(signer.verifierKey)
  const last = notes.at(-1)
  // A note of another key, after a change of keys, still says how far the log must reach.
  const signed = last === undefined ? undefined : (verifier.open(last) ?? claimOf(last))

  const names = (await files.list(folder)).filter((name) => SEGMENT_NAME.test(name)).sort()
  let replayed: Replay | undefined
  let name: string | undefined
  let bytes: Buffer = Buffer.alloc(0)
  let matches = false
  while (!replayed && (name = names.pop())) {
    bytes = await files.read(join(folder, name))
    replayed = replay(bytes, (tree) => {
      if (signed && tree.size === signed.size) matches = tree.root().equals(signed.root)
    })
    // A crash while a segment was being started leaves no whole header, and no record behind it.
    if (!replayed && !bytes.includes(10)) await files.remove(join(folder, name))
    else if (!replayed) throw corrupt(origin, `the header of segment ${name} can't be read`)
  }
  const size = replayed?.head.tree.size ?? 0
  if (signed && (size < signed.size || (signed.size >= (replayed?.header.first ?? 1) && !matches))) {
    throw corrupt(origin, `a checkpoint vouches for ${signed.size} records, and they are not there unchanged`)
  }
  if (!replayed || !name) {
    const head = { prev: genesisOf(origin), tree: new MerkleTree() }
    const segment = await startSegment(place, head, new Set())
    return { segment, head, open: new Set(), signedSize: 0, setAside: undefined }
  }
  if (replayed.header.origin !== origin) throw corrupt(origin, `its segments belong to ${replayed.header.origin}`)
  const segment = await files.append(join(folder, name))
  try {
    const torn = bytes.subarray(replayed.goodBytes)
    const aside = torn.length > 0 ? await setAside(place, segment, torn, replayed) : undefined
    await segment.sync()
    await files.syncFolder(folder)
    return { segment, head: replayed.head, open: replayed.open, signedSize: signed?.size ?? 0, setAside: aside }
  } catch (error) {
    await segment.close()
    throw error
  }
}

/** Nothing is thrown away: what can't be read may be evidence. */
async function setAside(
  { folder, files }: LogPlace,
  segment: AppendFile,
  torn: Buffer,
  { goodBytes, head }: Replay,
): Promise<SetAside> {
  const file = `torn-after-${head.tree.size}`
  const aside = await files.append(join(folder, file))
  try {
    await aside.write(torn)
    await aside.sync()
  } finally {
    await aside.close()
  }
  await segment.truncate(goodBytes)
  return { file, bytes: torn.length, whole: wholeLines(torn) }
}

function corrupt(origin: string, what: string): AshlarError {
  return new AshlarError('ERR_TRAIL_CORRUPT', `The audit log ${origin} is damaged: ${what}. Run "ashlar audit verify".`)
}
