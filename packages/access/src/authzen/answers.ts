import { type Principal, UnavailableError } from '@ashlar/core'
import { kindOf } from '@ashlar/core/options'

import { type Entity, isObject, readEntity } from './evaluation-request.ts'

/**
 * A principal as a look-up answers it; `undefined` or `null` for nobody.
 * @throws UnavailableError for anything else
 */
export function principalIn(what: string, answer: unknown): Principal | undefined {
  if (answer === undefined || answer === null) return undefined
  if (isObject(answer) && typeof answer['subject'] === 'string') return answer as unknown as Principal
  throw new UnavailableError(`${what} answered ${kindOf(answer)} and no principal.`)
}

/**
 * Entities as a search gets them, each with its type and its id.
 * @throws UnavailableError for anything else
 */
export function* entitiesOf(what: string, answer: unknown): Iterable<Entity> {
  if (typeof answer !== 'object' || answer === null || !(Symbol.iterator in answer)) {
    throw new UnavailableError(`${what} answered ${kindOf(answer)} and no entities.`)
  }
  for (const item of answer as Iterable<unknown>) {
    const entity = readEntity(item)
    if (!entity) throw new UnavailableError(`${what} holds ${kindOf(item)} and no { type, id, properties }.`)
    yield entity
  }
}
