import { createReadStream } from 'node:fs'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { splitNotes } from '../merkle/checkpoint.ts'
import { CHECKPOINTS } from '../trail/log-place.ts'
import { parseHeader, SEGMENT_NAME, type SegmentHeader } from '../trail/segment-header.ts'
import { lockState } from '../trail/writer-lock.ts'

/** A log to read, wherever it is kept. */
export interface LogSource {
  /** For people: a folder, a table. */
  readonly place: string
  checkpoints(): Promise<CheckpointsText>
  segments(): Promise<readonly SegmentSource[]>
  /** Its writer has closed it, so nothing may follow the last checkpoint. */
  closed(): Promise<boolean>
}

export interface CheckpointsText {
  readonly notes: readonly string[]
  /** Text that is no note. */
  readonly rest: string
}

export interface SegmentSource {
  readonly name: string
  /** `undefined` when it can't be read. */
  header(): Promise<SegmentHeader | undefined>
  lines(): AsyncIterable<Line[]>
}

export interface Line {
  readonly bytes: Buffer
  /** It ends with a line break. */
  readonly whole: boolean
}

/** The logs of a trail kept in files. */
export async function fileLogs(folder: string): Promise<LogSource[]> {
  const names = (await readdir(folder)).filter((name) => /^writer-\d+$/.test(name))
  names.sort((a, b) => Number(a.slice(7)) - Number(b.slice(7)))
  return names.map((name) => fileLog(join(folder, name)))
}

export function fileLog(folder: string): LogSource {
  return {
    place: folder,
    async checkpoints() {
      const text = await readFile(join(folder, CHECKPOINTS), 'utf8').catch(() => '')
      const notes = splitNotes(text)
      return { notes, rest: text.slice(notes.join('').length) }
    },
    async segments() {
      const names = (await readdir(folder)).filter((name) => SEGMENT_NAME.test(name)).sort()
      return names.map((name) => segmentFile(join(folder, name), name))
    },
    closed: async () => (await lockState(folder)) === 'released',
  }
}

function segmentFile(path: string, name: string): SegmentSource {
  return {
    name,
    async header() {
      const file = await open(path)
      try {
        const start = await firstLine(file)
        return start === undefined ? undefined : parseHeader(start)
      } finally {
        await file.close()
      }
    },
    lines: () => linesOf(path),
  }
}

async function firstLine(file: Awaited<ReturnType<typeof open>>): Promise<string | undefined> {
  const chunks: Buffer[] = []
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(16_384), 0, 16_384, position)
    if (bytesRead === 0) return undefined
    const end = buffer.subarray(0, bytesRead).indexOf(10)
    chunks.push(buffer.subarray(0, end === -1 ? bytesRead : end))
    if (end !== -1) return Buffer.concat(chunks).toString()
    position += bytesRead
  }
}

/** All lines but the first, which is the header. */
async function* linesOf(path: string): AsyncIterable<Line[]> {
  let rest: Buffer = Buffer.alloc(0)
  let first = true
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const lines: Line[] = []
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      if (first) first = false
      else lines.push({ bytes: bytes.subarray(start, end), whole: true })
      start = end + 1
    }
    rest = bytes.subarray(start)
    yield lines
  }
  if (rest.length > 0 && !first) yield [{ bytes: rest, whole: false }]
}
