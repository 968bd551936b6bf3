import { custom } from '../options/custom.ts'
import type { OptionReader } from '../options/option-reader.ts'
import { text } from '../options/text-option.ts'

/** What keys are derived for. All who name none would share their keys; HKDF takes 1024 bytes with what we add. */
export const readPurpose: OptionReader<string> = text({
  pattern: /^.{1,200}$/s,
  says: 'a text of 1 to 200 characters such as "session cookie"',
})

/** What a text is sealed for; may be an empty one. */
export const readContext: OptionReader<string> = custom((value, at) => {
  if (typeof value === 'string') return value
  throw value === undefined ? at.missing() : at.invalid('a text', value)
})
