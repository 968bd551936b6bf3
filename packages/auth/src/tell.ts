import { type EventDraft, publishEvent } from '@ashlar/core'

/** An event, as it is when all goes well. */
export type Deed = Omit<EventDraft, 'outcome'>

/** Does something and tells of it; what could not be done is told as a failure, and thrown on. */
export async function tell<T>(deed: Deed, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    // There was nothing to do.
    if (result !== false) publishEvent({ ...deed, outcome: 'success' })
    return result
  } catch (error) {
    publishEvent({ ...deed, outcome: 'failure' })
    throw error
  }
}
