import { hash } from 'node:crypto'

/** `,"hash":"` + 43 characters + `"}` */
const HASH_MARK = ',"hash":"'
const HASH_LENGTH = 43
export const TAIL_LENGTH: number = HASH_MARK.length + HASH_LENGTH + 2
const SEQ_MARK = Buffer.from('{"seq":')
const PREV_MARK = Buffer.from(',"prev":"')
const HASH_MARK_BYTES = Buffer.from(HASH_MARK)

/** A line taken apart. `computed` is what its hash ought to be. */
export interface ParsedLine {
  readonly seq: number
  readonly prev: string
  readonly claimed: string
  readonly leaf: Buffer
  readonly computed: string
}

/**
 * A record as one line of JSON: `{"seq":7,"prev":"…",…,"hash":"…"}`. The hash is the Merkle leaf hash over everything
 * before `,"hash"`, so each line proves itself, its place and its predecessor.
 * @param body the event's JSON object, `{"time":…}`
 */
export function encodeLine(seq: number, prev: string, body: string): { readonly line: string; readonly leaf: Buffer } {
  const content = `{"seq":${seq},"prev":"${prev}",${body.slice(1, -1)}`
  const leaf = hash('sha256', `\0${content}`, 'buffer')
  return { line: `${content}${HASH_MARK}${leaf.toString('base64url')}"}\n`, leaf }
}

let scratch = Buffer.alloc(64 * 1024)

/** @param line without its line break. @returns `undefined` for what does not have the form of a record */
export function parseLine(line: Buffer): ParsedLine | undefined {
  const contentLength = line.length - TAIL_LENGTH
  if (contentLength < 64 || line.compare(SEQ_MARK, 0, 7, 0, 7) !== 0) return undefined
  if (line.compare(HASH_MARK_BYTES, 0, 9, contentLength, contentLength + 9) !== 0) return undefined
  if (line[line.length - 2] !== 34 || line[line.length - 1] !== 125) return undefined
  let seq = 0
  let at = 7
  for (let byte = line[at]!; byte >= 48 && byte <= 57 && at < 24; byte = line[++at]!) seq = seq * 10 + byte - 48
  if (at === 7 || line[7] === 48 || !Number.isSafeInteger(seq) || line.compare(PREV_MARK, 0, 9, at, at + 9) !== 0)
    return undefined
  const prev = line.toString('latin1', at + 9, at + 9 + HASH_LENGTH)
  if (line[at + 9 + HASH_LENGTH] !== 34 || line[at + 10 + HASH_LENGTH] !== 44) return undefined
  const leaf = leafOf(line, contentLength)
  return {
    seq,
    prev,
    claimed: line.toString('latin1', contentLength + 9, contentLength + 9 + HASH_LENGTH),
    leaf,
    computed: leaf.toString('base64url'),
  }
}

/** What is asked of a record while its log is read. */
export interface Members {
  readonly name?: unknown
  readonly intent?: unknown
  readonly details?: { readonly through?: unknown } | null
}

/** The members of a line. One whose hash is right and whose JSON is not has none: whoever wrote it, reading goes on. */
export function membersOf(line: Buffer): Members {
  try {
    return (JSON.parse(line.toString()) as Members | null) ?? {}
  } catch {
    return {}
  }
}

/** How many lines of these bytes are whole records, whatever is between them. */
export function wholeLines(bytes: Buffer): number {
  let count = 0
  for (let start = 0, end = bytes.indexOf(10); end !== -1; start = end + 1, end = bytes.indexOf(10, start)) {
    const record = parseLine(bytes.subarray(start, end))
    if (record && record.computed === record.claimed) count++
  }
  return count
}

function leafOf(line: Buffer, length: number): Buffer {
  if (length + 1 > scratch.length) scratch = Buffer.alloc(2 * length)
  scratch[0] = 0
  line.copy(scratch, 1, 0, length)
  return hash('sha256', scratch.subarray(0, length + 1), 'buffer')
}
