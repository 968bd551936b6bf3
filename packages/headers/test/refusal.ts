import { ConfigurationError } from '@ashlar/core'

// biome-ignore lint/suspicious/noExplicitAny: these options are wrong on purpose
export type Wrong = any

/** The code and the message of what a factory refuses; `'none'` where it refuses nothing. */
export function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`
    throw error
  }
  return 'none'
}
