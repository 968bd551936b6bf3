import { type AuditRecord, readRecords, toEcs, toOcsf, unseal } from '@ashlar/audit'

import { type Command, parse, UsageError, wholeNumber } from '../command.ts'
import { print } from '../terminal.ts'
import { subjectKeysIn, trailFolder } from './trail-folder.ts'

const FILTERS = ['name', 'outcome', 'subject', 'action', 'request', 'flag', 'from', 'to'] as const

const FORMATS: Readonly<Record<string, (record: AuditRecord, log: string) => object>> = {
  json: (record, log) => ({ log, ...record }),
  ocsf: (record) => toOcsf(record),
  ecs: toEcs,
}

export const query: Command = {
  usage:
    'FOLDER [--name N] [--outcome O] [--subject S] [--action A] [--request ID] [--flag F] [--from TIME] [--to TIME] [--limit N] [--subjects FOLDER] [--format json|ocsf|ecs]',
  about: 'Print matching records as JSON lines, in the order of time over all logs.',
  async run(args, terminal) {
    const { positionals, values } = parse(args, { arguments: 1, values: [...FILTERS, 'limit', 'subjects', 'format'] })
    const format = values.format ?? 'json'
    if (!Object.hasOwn(FORMATS, format)) throw new UsageError('--format is json, ocsf or ecs.')
    for (const name of ['from', 'to'] as const) checkTime(name, values[name])
    const folder = await trailFolder(positionals[0]!)
    const keys = values.subjects === undefined ? undefined : await subjectKeysIn(values.subjects)
    let left = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', values.limit)
    for await (const { log, record } of readRecords(folder)) {
      if (left === 0) break
      const known = keys ? await unseal(record, keys) : record
      if (!matches(known, values)) continue
      await print(terminal, `${plain(FORMATS[format]!(known, log))}\n`)
      left--
    }
    return 0
  },
}

export const tail: Command = {
  usage: 'FOLDER [--lines N]',
  about: 'Print the last records, by default 20, one line each.',
  async run(args, terminal) {
    const { positionals, values } = parse(args, { arguments: 1, values: ['lines'] })
    const count = wholeNumber('lines', values.lines ?? '20')
    const last: string[] = []
    for await (const { log, record } of readRecords(await trailFolder(positionals[0]!))) {
      const { seq, time, name, outcome, who, action, requestId } = record
      last.push(
        [time, `${log}#${seq}`, name, outcome, who?.subject, action, requestId].map((part) => part ?? '-').join(' '),
      )
      if (last.length > count) last.shift()
    }
    for (const line of last) await print(terminal, `${plain(line)}\n`)
    return 0
  },
}

/** The beginning of a time as records have it: a year, a day, a minute. */
function checkTime(name: string, text: string | undefined): void {
  if (text === undefined || /^\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,3}Z?)?)?)?)?)?)?$/.test(text)) return
  throw new UsageError(`--${name} is a time such as 2026-01-31 or 2026-01-31T12:30, in UTC.`)
}

/** JSON escapes line breaks; what else could steer a terminal is escaped here. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach the terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function matches(record: AuditRecord, wanted: Partial<Record<(typeof FILTERS)[number], string>>): boolean {
  const { name, outcome, subject, action, request, flag, from, to } = wanted
  return (
    (name === undefined || record.name === name || record.details?.['event'] === name) &&
    (outcome === undefined || record.outcome === outcome) &&
    (subject === undefined || record.who?.subject === subject || record.dataSubject === subject) &&
    (action === undefined || record.action === action) &&
    (request === undefined || record.requestId === request) &&
    (flag === undefined || (record.flags ?? []).some((known) => known === flag)) &&
    (from === undefined || record.time >= from) &&
    // A day or an hour means the whole of it.
    (to === undefined || record.time.slice(0, to.length) <= to)
  )
}
