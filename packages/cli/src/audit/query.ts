import { type AuditRecord, readRecords, toEcs, toOcsf, unseal } from '@ashlar/audit'
import { fileSubjectKeys } from '@ashlar/core/keys'

import { type Command, parse, UsageError, wholeNumber } from '../command.ts'

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
  async run(args, { stdout }) {
    const { positionals, values } = parse(args, 1, [...FILTERS, 'limit', 'subjects', 'format'])
    const format = values.format ?? 'json'
    if (!Object.hasOwn(FORMATS, format)) throw new UsageError('--format is json, ocsf or ecs.')
    const keys = values.subjects === undefined ? undefined : await fileSubjectKeys(values.subjects)
    let left = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', values.limit)
    for await (const { log, record } of readRecords(positionals[0]!)) {
      if (left === 0) break
      const known = keys ? await unseal(record, keys) : record
      if (!matches(known, values)) continue
      stdout.write(`${plain(FORMATS[format]!(known, log))}\n`)
      left--
    }
    return 0
  },
}

export const tail: Command = {
  usage: 'FOLDER [--lines N]',
  about: 'Print the last records, by default 20, one line each.',
  async run(args, { stdout }) {
    const { positionals, values } = parse(args, 1, ['lines'])
    const count = wholeNumber('lines', values.lines ?? '20')
    const last: string[] = []
    for await (const { log, record } of readRecords(positionals[0]!)) {
      const { seq, time, name, outcome, who, action, requestId } = record
      last.push(
        [time, `${log}#${seq}`, name, outcome, who?.subject, action, requestId].map((part) => part ?? '-').join(' '),
      )
      if (last.length > count) last.shift()
    }
    for (const line of last) stdout.write(`${plain(line)}\n`)
    return 0
  },
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
