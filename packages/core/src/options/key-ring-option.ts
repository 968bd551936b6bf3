import { type KeyRing, type KeyRingEntry, keyRing } from '../keys/key-ring.ts'
import type { OptionReader } from './option-reader.ts'

/** A key ring, or its entries: `[{ id, secret, until }]`, of which the first is the current one. */
export const keyRingOption: OptionReader<KeyRing> = (value, { where, option }) =>
  keyRing(value as readonly KeyRingEntry[], { where, option })
