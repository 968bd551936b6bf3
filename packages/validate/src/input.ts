import { type Slot, slot } from '@ashlar/core'

import type { InputPart } from './input-part.ts'

/**
 * Everything that validate guards have made of this request's input, by part; where two validated the same part, the later
 * one's. For typed input ask the guard itself: `order.of(request)`.
 */
export const input: Slot<Readonly<Partial<Record<InputPart, unknown>>>> =
  slot<Readonly<Partial<Record<InputPart, unknown>>>>('input')
