import type { AuditRecord } from '../event/audit-event.ts'
import { fileLogs, type LogSource } from '../verify/log-source.ts'

/** A record with the log it is in. */
export interface LoggedRecord {
  readonly log: string
  readonly record: AuditRecord
}

/**
 * All records of a trail kept in files, in the order of time over all of its logs. Lines that are no records are left out.
 * @example
 * for await (const { log, record } of readRecords('/var/lib/orders/trail')) {
 *   if (record.outcome === 'refused') console.log(log, record.seq, record.name)
 * }
 */
export async function* readRecords(folder: string): AsyncIterable<LoggedRecord> {
  const sources = await fileLogs(folder)
  const cursors = await Promise.all(sources.map((source) => Cursor.at(source)))
  for (;;) {
    const next = cursors.filter(({ head }) => head).sort(byTime)[0]
    if (!next) return
    yield next.head!
    await next.advance()
  }
}

/** All records of one log, a batch at a time. */
export async function* recordBatches(source: LogSource): AsyncIterable<AuditRecord[]> {
  for (const segment of await source.segments()) {
    for await (const lines of segment.lines()) {
      const records: AuditRecord[] = []
      for (const { bytes, whole } of lines) {
        const record = whole ? parseRecord(bytes) : undefined
        if (record) records.push(record)
      }
      yield records
    }
  }
}

function parseRecord(bytes: Buffer): AuditRecord | undefined {
  try {
    const record = JSON.parse(bytes.toString()) as Partial<AuditRecord> | null
    return typeof record?.seq === 'number' && typeof record.time === 'string' ? (record as AuditRecord) : undefined
  } catch {
    return undefined
  }
}

/** Stands at one record of a log. */
class Cursor {
  head: LoggedRecord | undefined
  readonly #log: string
  readonly #batches: AsyncIterator<AuditRecord[]>
  #batch: AuditRecord[] = []
  #index = 0

  private constructor(source: LogSource) {
    this.#log = source.place.split('/').at(-1)!
    this.#batches = recordBatches(source)[Symbol.asyncIterator]()
  }

  static async at(source: LogSource): Promise<Cursor> {
    const cursor = new Cursor(source)
    await cursor.advance()
    return cursor
  }

  async advance(): Promise<void> {
    while (this.#index >= this.#batch.length) {
      const { done, value } = await this.#batches.next()
      if (done) {
        this.head = undefined
        return
      }
      this.#batch = value
      this.#index = 0
    }
    this.head = { log: this.#log, record: this.#batch[this.#index++]! }
  }
}

function byTime(a: Cursor, b: Cursor): number {
  const [first, second] = [a.head!.record.time, b.head!.record.time]
  return first < second ? -1 : first > second ? 1 : 0
}
