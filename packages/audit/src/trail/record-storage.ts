import { AshlarError } from '@ashlar/core'

import type { AuditEvent, TrailEventName } from '../event/audit-event.ts'
import { checkEvent } from '../event/check-event.ts'
import type { Pending } from './group-commit.ts'
import type { Recorder } from './recorder.ts'
import type { Intent, Receipt } from './trail.ts'

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
export async function intendTo(storage: RecordStorage, recorder: Recorder, event: AuditEvent): Promise<Intent> {
  checkEvent(event)
  const { log, add } = storage
  const named = withOperation(event, 'operation_intended')
  const body = await recorder.encodeOwn({ ...named, outcome: 'intended' })
  const seq = await add({ body, opens: true })
  let ended = false
  return {
    receipt: { log, seq },
    async complete(end) {
      checkEvent(end)
      if (ended) throw new AshlarError('ERR_EVENT_INVALID', 'This operation has ended already; it can end only once.')
      ended = true
      try {
        const text = await recorder.encodeOwn(withOperation(end, 'operation_completed'), { intent: seq })
        return { log, seq: await add({ body: text, closes: seq }) }
      } catch (error) {
        // What could not be written has not been said yet.
        ended = false
        throw error
      }
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
