import type { Awaitable } from '@ashlar/core'
import type { SubjectKeys } from '@ashlar/core/keys'
import { clock, having, type OptionReader, optional, text } from '@ashlar/core/options'
import { type Redact, type RedactionOptions, redaction } from '@ashlar/core/redaction'
import { ask, type Clock, isThenable } from '@ashlar/core/time'

import type { AuditEvent } from '../event/audit-event.ts'
import { encodeBody, type OwnMembers } from '../event/body.ts'
import { checkEvent } from '../event/check-event.ts'
import { type SealedEvent, sealEvent } from '../event/sealed-event.ts'

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

/** `RecorderOptions` as they have been read. */
export interface RecorderSettings {
  readonly service: string | undefined
  readonly instance: string | undefined
  readonly redaction: Redact
  readonly subjects: SubjectKeys | undefined
  readonly clock: Clock
}

/** Readers of `RecorderOptions`, for the table of whatever makes a trail. */
export const recorderOptions: { readonly [Name in keyof RecorderSettings]: OptionReader<RecorderSettings[Name]> } = {
  service: optional(text()),
  instance: optional(text()),
  redaction: (value) => redaction(value as RedactionOptions | undefined),
  subjects: optional(having<SubjectKeys>(['pseudonym', 'keyFor'], 'await fileSubjectKeys(folder)')),
  clock,
}

/** How long the keys of data subjects may take, before a record is refused. */
const SUBJECTS_MS = 5000

/** Turns events into what is written: checked, redacted, sealed, with the time at which they were recorded. */
export class Recorder {
  readonly #settings: RecorderSettings
  #lastTime = Number.NaN
  #lastText = ''

  constructor(settings: RecorderSettings) {
    this.#settings = settings
  }

  /** @throws AshlarError `ERR_EVENT_INVALID` */
  encode(event: AuditEvent, members?: Omit<OwnMembers, 'time'>): Awaitable<string> {
    checkEvent(event)
    return this.encodeOwn(event, members)
  }

  /** An event of the trail's own, or an app's that has been checked. */
  encodeOwn(event: AuditEvent, members?: Omit<OwnMembers, 'time'>): Awaitable<string> {
    const { subjects, redaction: redact } = this.#settings
    const own = { time: this.#time(), intent: members?.intent }
    const subject = event.dataSubject ?? event.who?.subject
    if (!subjects || subject === undefined) return this.#text(event, own)
    const sealed = ask('The keys of data subjects', SUBJECTS_MS, () => sealEvent(event, subject, subjects, redact))
    return isThenable(sealed)
      ? sealed.then((settled) => this.#text(event, own, settled))
      : this.#text(event, own, sealed)
  }

  /** Many records share a millisecond. */
  #time(): string {
    const now = this.#settings.clock.now()
    if (now !== this.#lastTime) {
      this.#lastText = new Date(now).toISOString()
      this.#lastTime = now
    }
    return this.#lastText
  }

  #text(event: AuditEvent, own: OwnMembers, sealed?: SealedEvent): string {
    return encodeBody(event, own, this.#settings, this.#settings.redaction, sealed)
  }
}
