import { ConfigurationError } from '@ashlar/core'
import type { SubjectKeys } from '@ashlar/core/keys'
import { checkOptionNames } from '@ashlar/core/options'
import { type Redact, type RedactionOptions, redaction } from '@ashlar/core/redaction'
import { type Clock, systemClock } from '@ashlar/core/time'
import type { AuditEvent, TrailEventName } from '../event/audit-event.ts'
import { checkEvent, encodeBody, type OwnMembers, type Surroundings } from '../event/body.ts'
import { type SealedEvent, sealEvent } from '../event/sealed-event.ts'
import type { Pending } from './group-commit.ts'
import type { Intent, Receipt } from './trail.ts'

export interface RecorderOptions {
  /** The service's name, in every record. Default: none. */
  readonly service?: string
  /** Tells this instance from its twins. Default: none. */
  readonly instance?: string
  /** What is removed before anything is hashed or written, beyond what always is. */
  readonly redaction?: RedactionOptions
  /** Seals personal parts under a key for each data subject, so that they can be erased. Default: they are not sealed. */
  readonly subjects?: SubjectKeys
  /** Where time comes from. Default: the system. */
  readonly clock?: Clock
}

export const RECORDER_OPTIONS = ['service', 'instance', 'redaction', 'subjects', 'clock'] as const

/** Turns events into what is written: checked, redacted, sealed, with the time at which they were recorded. */
export class Recorder {
  readonly #redact: Redact
  readonly #surroundings: Surroundings
  readonly #subjects: SubjectKeys | undefined
  readonly #clock: Clock
  #lastTime = Number.NaN
  #lastText = ''

  /** @throws ConfigurationError `ERR_OPTION_INVALID` */
  constructor(where: string, { service, instance, redaction: rules, subjects, clock = systemClock }: RecorderOptions) {
    for (const [name, value] of [
      ['service', service],
      ['instance', instance],
    ]) {
      if (value === undefined || (typeof value === 'string' && value !== '')) continue
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "${name}" is a name.`)
    }
    this.#redact = redaction(rules)
    this.#surroundings = { service, instance }
    this.#subjects = subjects
    this.#clock = clock
  }

  /** @throws AshlarError `ERR_EVENT_INVALID` */
  encode(event: AuditEvent, members?: Omit<OwnMembers, 'time'>): string | Promise<string> {
    checkEvent(event)
    return this.encodeOwn(event, members)
  }

  /** An event of the trail's own, or an app's that has been checked. */
  encodeOwn(event: AuditEvent, members?: Omit<OwnMembers, 'time'>): string | Promise<string> {
    const own = { time: this.#time(), intent: members?.intent }
    const subject = event.dataSubject ?? event.who?.subject
    if (!this.#subjects || subject === undefined) return this.#text(event, own)
    const sealed = sealEvent(event, subject, this.#subjects, this.#redact)
    return 'then' in sealed ? sealed.then((settled) => this.#text(event, own, settled)) : this.#text(event, own, sealed)
  }

  /** Many records share a millisecond. */
  #time(): string {
    const now = this.#clock.now()
    if (now !== this.#lastTime) {
      this.#lastTime = now
      this.#lastText = new Date(now).toISOString()
    }
    return this.#lastText
  }

  #text(event: AuditEvent, own: OwnMembers, sealed?: SealedEvent): string {
    return encodeBody(event, own, this.#surroundings, this.#redact, sealed)
  }
}

/** What a trail needs of its storage. */
export interface RecordStorage {
  /** The log that records go to. */
  readonly log: string
  add(pending: Pending): Promise<number>
}

export async function recordTo({ log, add }: RecordStorage, recorder: Recorder, event: AuditEvent): Promise<Receipt> {
  const body = recorder.encode(event)
  return { log, seq: await add({ body: typeof body === 'string' ? body : await body }) }
}

/** Announces an operation durably. What is then done about it is written by `complete`. */
export async function intendTo({ log, add }: RecordStorage, recorder: Recorder, event: AuditEvent): Promise<Intent> {
  checkEvent(event)
  const named = withOperation(event, 'operation_intended')
  const body = await recorder.encodeOwn({ ...named, outcome: 'intended' })
  const seq = await add({ body, opens: true })
  return {
    receipt: { log, seq },
    async complete(end) {
      checkEvent(end)
      const text = await recorder.encodeOwn(withOperation(end, 'operation_completed'), { intent: seq })
      return { log, seq: await add({ body: text, closes: seq }) }
    },
  }
}

/** The end of an operation whose process died before it could say. */
export async function closeOrphan({ add }: RecordStorage, recorder: Recorder, intent: number): Promise<void> {
  const event: AuditEvent = {
    name: 'operation_completed',
    outcome: 'unknown',
    reason: 'the process ended before the operation did',
  }
  await add({ body: await recorder.encodeOwn(event, { intent }), closes: intent })
}

/** The trail's word for what happens, with the app's beside it. */
function withOperation(event: AuditEvent, name: TrailEventName): AuditEvent {
  return { ...event, name, details: { ...event.details, event: event.name } }
}

export function checkTrailOptions(where: string, options: object, own: readonly string[]): void {
  checkOptionNames(where, options, [...own, ...RECORDER_OPTIONS])
}
