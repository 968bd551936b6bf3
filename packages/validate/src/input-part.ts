import type { RequestView } from '@ashlar/core'

/** The parts of a request that can be validated. */
export type InputPart = 'body' | 'query' | 'params' | 'headers'

export const INPUT_PARTS: readonly InputPart[] = Object.freeze(['body', 'query', 'params', 'headers'])

/** What the schema of a part is given. */
export function readPart(request: RequestView, part: InputPart): unknown {
  switch (part) {
    case 'body':
      return request.body
    case 'query':
      return request.query
    case 'params':
      return request.params
    case 'headers':
      return request.headers
  }
}
