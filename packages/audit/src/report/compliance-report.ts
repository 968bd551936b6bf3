import { custom, OptionPlace, oneOf, optional, quoted, readOptions } from '@ashlar/core/options'

import type { AuditRecord } from '../event/audit-event.ts'
import { recordBatches } from '../read/read-records.ts'
import { fileLogs } from '../verify/log-source.ts'
import { type Control, FRAMEWORKS, type FrameworkName } from './frameworks.ts'

export interface ReportOptions {
  readonly framework: FrameworkName
  /** The first day, `YYYY-MM-DD`, in UTC. Default: the first record's. */
  readonly from?: string
  /** The last day, included. Default: the last record's. */
  readonly to?: string
}

export interface ControlEvidence {
  readonly id: string
  readonly title: string
  /** The event names that were looked for. */
  readonly names: readonly string[]
  readonly count: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly events: Readonly<Record<string, number>>
  /** Records a day, for every day of the report. */
  readonly days: readonly number[]
  readonly first: string | undefined
  readonly last: string | undefined
  /** Some records to look at: `log#seq`. */
  readonly samples: readonly string[]
  readonly gaps: readonly string[]
}

export interface ComplianceReport {
  readonly framework: string
  readonly from: string
  readonly to: string
  readonly days: readonly string[]
  readonly records: number
  readonly controls: readonly ControlEvidence[]
  readonly gaps: number
}

const DAY_MS = 86_400_000

const day = custom((value, at) => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))) return value
  throw at.invalid(`a day such as '2026-01-31', not ${quoted(value)}`)
})

const SAMPLES = 5

/**
 * What a trail shows of each control of a framework. Reads the trail once and keeps counts only. An operation that was
 * recorded by `audited` counts under its own name as well, once it has ended.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const report = await complianceReport('/var/lib/orders/trail', { framework: 'pci', from: '2026-01-01', to: '2026-03-31' })
 * await writeFile('pci.html', reportHtml(report))
 */
export async function complianceReport(folder: string, options: ReportOptions): Promise<ComplianceReport> {
  const settings = readOptions('complianceReport()', options, {
    framework: oneOf(Object.keys(FRAMEWORKS) as FrameworkName[]),
    from: optional(day),
    to: optional(day),
  })
  const framework = FRAMEWORKS[settings.framework]
  const { from = '', to = '9999-99-99' } = settings
  if (from > to) throw new OptionPlace('complianceReport()').in('to').invalid('no earlier than "from"')
  const tallies = framework.controls.map((control) => new Tally(control))
  const byName = new Map<string, Tally[]>()
  for (const tally of tallies) {
    for (const name of new Set(tally.control.names)) byName.set(name, [...(byName.get(name) ?? []), tally])
  }
  let records = 0
  let first = to
  let last = from
  for (const source of await fileLogs(folder)) {
    const log = source.place.split('/').at(-1)!
    for await (const batch of recordBatches(source)) {
      for (const record of batch) {
        const day = record.time.slice(0, 10)
        if (day < from || day > to) continue
        records++
        if (day < first) first = day
        if (day > last) last = day
        for (const name of namesOf(record))
          for (const tally of byName.get(name) ?? []) tally.take(record, name, day, log)
      }
    }
  }
  const today = new Date().toISOString().slice(0, 10)
  const start = settings.from ?? (records > 0 ? first : today)
  const end = settings.to ?? (records > 0 ? last : today)
  const days = daysBetween(start, end)
  const controls = tallies.map((tally) => tally.evidence(days))
  const gaps = controls.reduce((sum, control) => sum + control.gaps.length, 0)
  return { framework: framework.title, from: start, to: end, days, records, controls, gaps }
}

class Tally {
  readonly control: Control
  #count = 0
  readonly #outcomes: Record<string, number> = {}
  readonly #events: Record<string, number> = {}
  readonly #days = new Map<string, number>()
  readonly #samples: string[] = []
  #first: string | undefined = undefined
  #last: string | undefined = undefined

  constructor(control: Control) {
    this.control = control
  }

  take({ seq, time, outcome }: AuditRecord, name: string, day: string, log: string): void {
    const { outcomes } = this.control
    if (outcomes && !outcomes.includes(outcome)) return
    this.#count++
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1
    this.#events[name] = (this.#events[name] ?? 0) + 1
    this.#days.set(day, (this.#days.get(day) ?? 0) + 1)
    if (this.#samples.length < SAMPLES) this.#samples.push(`${log}#${seq}`)
    if (this.#first === undefined || time < this.#first) this.#first = time
    if (this.#last === undefined || time > this.#last) this.#last = time
  }

  evidence(days: readonly string[]): ControlEvidence {
    const { id, title, names, daily } = this.control
    const counts = days.map((day) => this.#days.get(day) ?? 0)
    const gaps: string[] = []
    if (this.#count === 0) gaps.push('no evidence in this period')
    else if (daily) {
      for (const [index, count] of counts.entries()) if (count === 0) gaps.push(`no evidence on ${days[index]}`)
    }
    return {
      id,
      title,
      names,
      count: this.#count,
      outcomes: this.#outcomes,
      events: this.#events,
      days: counts,
      first: this.#first,
      last: this.#last,
      samples: this.#samples,
      gaps,
    }
  }
}

/** The names that a record is evidence under. What was only announced is evidence of nothing but that. */
function namesOf({ name, details }: AuditRecord): readonly string[] {
  const operation = name === 'operation_completed' ? details?.['event'] : undefined
  return typeof operation === 'string' ? [name, operation] : [name]
}

function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) {
    days.push(new Date(time).toISOString().slice(0, 10))
  }
  return days
}
