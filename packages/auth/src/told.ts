import { type EventDraft, type EventName, publishEvent } from '@ashlar/core'

/** What is told of a deed that is done, and the name of its failure where that is another. */
export interface Deed extends Omit<EventDraft, 'outcome'> {
  readonly reason: string
  readonly failure?: EventName
}

/**
 * Tells of a deed when it is done, or of its failure when it could not be stored. A deed that answers `false` found nothing
 * to do, and nothing is told.
 */
export async function told<T>({ failure, ...event }: Deed, deed: () => PromiseLike<T> | T): Promise<T> {
  let done: T
  try {
    done = await deed()
  } catch (error) {
    const reason = `${event.reason}, but that could not be stored`
    publishEvent({ ...event, name: failure ?? event.name, outcome: 'failure', reason })
    throw error
  }
  if (done !== false) publishEvent({ ...event, outcome: 'success' })
  return done
}
