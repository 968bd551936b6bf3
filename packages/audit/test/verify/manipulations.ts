import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { FindingKind } from '../../src/index.ts'

/** What verification has to say of a manipulation. */
export interface Expected {
  readonly kinds: readonly FindingKind[]
  readonly seq: number
}

interface Place {
  readonly file: string
  readonly lines: string[]
  /** Index of a record's line. */
  readonly index: number
  readonly seq: number
}

export type Random = (below: number) => number
export type Manipulation = (folder: string, random: Random) => Expected

/** Every way to change a log that this test knows, each told what it did. */
export const MANIPULATIONS: Readonly<Record<string, Manipulation>> = {
  'one byte of a record'(folder, random) {
    const place = somewhere(folder, random)
    const line = Buffer.from(place.lines[place.index]!)
    const at = random(line.length)
    line[at] = line[at] === 120 ? 121 : 120
    return write(place, [line.toString('latin1')], ['altered'])
  },
  "a record's content, with its own hash made anew"(folder, random) {
    const place = somewhere(folder, random)
    const line = rehash(changed(place.lines[place.index]!, /"outcome":"\w+"/, '"outcome":"failure"'))
    return write(place, [line], place.seq === sizeOf(folder) ? ['rewritten'] : ['altered'], place)
  },
  'a record emptied': (folder, random) => write(somewhere(folder, random), ['{}'], ['altered']),
  'a record gone': (folder, random) => {
    const place = somewhere(folder, random)
    return write(place, [], [place.seq === sizeOf(folder) ? 'truncated' : 'dropped'])
  },
  'several records gone'(folder, random) {
    const place = somewhere(folder, random)
    const count = 1 + random(5)
    const removed = place.lines.splice(place.index, count).filter((line) => line !== '').length
    writeFileSync(place.file, `${place.lines.filter((line) => line !== '').join('\n')}\n`)
    return { kinds: [place.seq + removed > SAMPLE_SIZE ? 'truncated' : 'dropped'], seq: place.seq }
  },
  'a record twice'(folder, random) {
    const place = somewhere(folder, random)
    const line = place.lines[place.index]!
    return write(place, [line, line], ['inserted'])
  },
  'an old record again at another place'(folder, random) {
    const place = somewhere(folder, random)
    const old = place.lines[1]!
    const expected = write(place, [place.lines[place.index]!, old], ['inserted'])
    return { ...expected, seq: seqOf(old) }
  },
  'a forged record in between'(folder, random) {
    const place = somewhere(folder, random)
    const line = place.lines[place.index]!
    const forged = rehash(changed(line, /"subject":"[\w-]+"/, '"subject":"mallory"'))
    return write(place, [forged, line], ['inserted'])
  },
  'a line of nonsense in between'(folder, random) {
    const place = somewhere(folder, random)
    return write(place, ['{"nothing":"here"}', place.lines[place.index]!], ['inserted'])
  },
  'two neighbours exchanged'(folder, random) {
    const place = somewhere(folder, random, 2)
    const [a, b] = place.lines.slice(place.index, place.index + 2) as [string, string]
    place.lines.splice(place.index, 2, b, a)
    return write(place, [b], ['reordered'])
  },
  'a record moved forward'(folder, random) {
    const place = somewhere(folder, random, 5)
    const line = place.lines.splice(place.index, 1)[0]!
    place.lines.splice(place.index + 2 + random(2), 0, line)
    writeFileSync(place.file, place.lines.join('\n'))
    return { kinds: ['reordered'], seq: place.seq }
  },
  'a record moved back'(folder, random) {
    const place = somewhere(folder, random, 5)
    const line = place.lines.splice(place.index + 3, 1)[0]!
    place.lines.splice(place.index, 0, line)
    writeFileSync(place.file, place.lines.join('\n'))
    return { kinds: ['reordered'], seq: place.seq }
  },
  'the end cut off between two records'(folder, random) {
    const files = segments(folder)
    const place = somewhere(folder, random)
    writeFileSync(place.file, `${place.lines.slice(0, place.index).join('\n')}\n`)
    for (const file of files.slice(files.indexOf(place.file) + 1)) rmSync(file)
    return { kinds: ['truncated'], seq: place.seq }
  },
  'the end cut off inside a record'(folder, random) {
    const files = segments(folder)
    const place = somewhere(folder, random)
    const part = place.lines[place.index]!.slice(0, 1 + random(100))
    writeFileSync(place.file, [...place.lines.slice(0, place.index), part].join('\n'))
    for (const file of files.slice(files.indexOf(place.file) + 1)) rmSync(file)
    return { kinds: ['truncated', 'altered'], seq: place.seq }
  },
  'a segment gone'(folder, random) {
    const files = segments(folder)
    const index = random(files.length)
    const first = firstOf(files[index]!)
    rmSync(files[index]!)
    return { kinds: [index === files.length - 1 ? 'truncated' : 'dropped'], seq: first }
  },
  'everything from a record on made anew'(folder, random) {
    const files = segments(folder)
    const file = files.at(-1)!
    const lines = readFileSync(file, 'utf8').split('\n')
    const index = 1 + random(lines.length - 2)
    let prev: string | undefined
    for (let at = index; at < lines.length - 1; at++) {
      const other = changed(lines[at]!, /"outcome":"\w+"/, '"outcome":"failure"')
      lines[at] = rehash(prev ? changed(other, /"prev":"[\w-]+"/, `"prev":"${prev}"`) : other)
      prev = /"hash":"([\w-]+)"/.exec(lines[at]!)![1]
    }
    writeFileSync(file, lines.join('\n'))
    return { kinds: ['rewritten'], seq: 0 }
  },
  'a record appended after the end'(folder) {
    const file = segments(folder).at(-1)!
    const lines = readFileSync(file, 'utf8').split('\n')
    const last = lines.at(-2)!
    const prev = /"hash":"([\w-]+)"/.exec(last)![1]!
    const next = seqOf(last) + 1
    const following = changed(last, /"seq":\d+/, `"seq":${next}`)
    const forged = rehash(changed(following, /"prev":"[\w-]+"/, `"prev":"${prev}"`))
    writeFileSync(file, [...lines.slice(0, -1), forged, ''].join('\n'))
    return { kinds: ['inserted'], seq: next }
  },
  "a segment's header"(folder, random) {
    const file = segments(folder)[random(segments(folder).length)]!
    const lines = readFileSync(file, 'utf8').split('\n')
    const header = JSON.parse(lines[0]!) as { segment: { prev: string; first: number } }
    header.segment.prev = createHash('sha256')
      .update(String(random(1e9)))
      .digest('base64url')
    lines[0] = JSON.stringify(header)
    writeFileSync(file, lines.join('\n'))
    // Before the first record there is nothing but the name of the log, which says the same.
    return { kinds: ['header-altered'], seq: header.segment.first }
  },
  "a checkpoint's signature"(folder, random) {
    const path = join(folder, 'checkpoints')
    const text = readFileSync(path, 'utf8')
    const signatures = [...text.matchAll(/^— \S+ (\S+)$/gm)]
    const chosen = signatures[random(signatures.length)]!
    const start = chosen.index + chosen[0].length - chosen[1]!.length
    const at = start + 8 + random(chosen[1]!.length - 10)
    writeFileSync(path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1))
    return { kinds: ['checkpoint-altered'], seq: -1 }
  },
  "a checkpoint's size"(folder, random) {
    const path = join(folder, 'checkpoints')
    const text = readFileSync(path, 'utf8')
    const sizes = [...text.matchAll(/^\d+$/gm)]
    const chosen = sizes[random(sizes.length)]!
    const size = String(Number(chosen[0]) + 1)
    writeFileSync(path, text.slice(0, chosen.index) + size + text.slice(chosen.index + chosen[0].length))
    return { kinds: ['checkpoint-altered'], seq: Number(size) }
  },
}

export const SAMPLE_SIZE = 160

function segments(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(folder, name))
}

function somewhere(folder: string, random: Random, room = 1): Place {
  for (;;) {
    const files = segments(folder)
    const file = files[random(files.length)]!
    const lines = readFileSync(file, 'utf8').split('\n')
    const records = lines.length - 2
    if (records < room) continue
    const index = 1 + random(records - room + 1)
    return { file, lines, index, seq: seqOf(lines[index]!) }
  }
}

function write(place: Place, replacement: readonly string[], kinds: readonly FindingKind[], at = place): Expected {
  place.lines.splice(place.index, 1, ...replacement)
  writeFileSync(place.file, place.lines.join('\n'), 'latin1')
  return { kinds, seq: kinds[0] === 'rewritten' ? 0 : at.seq }
}

/** @throws when that changes nothing: there would be nothing to find. */
function changed(text: string, pattern: RegExp, replacement: string): string {
  const other = text.replace(pattern, replacement)
  if (other === text) throw new Error(`${pattern} changes nothing in ${text}`)
  return other
}

function seqOf(line: string): number {
  return Number(/^\{"seq":(\d+)/.exec(line)![1])
}

function firstOf(file: string): number {
  return Number(/(\d+)\.jsonl$/.exec(file)![1])
}

function sizeOf(_folder: string): number {
  return SAMPLE_SIZE
}

function rehash(line: string): string {
  const content = line.slice(0, line.lastIndexOf(',"hash":"'))
  return `${content},"hash":"${createHash('sha256').update(`\0${content}`).digest('base64url')}"}`
}
