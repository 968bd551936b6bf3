import { secureUrl } from '../http/secure-url.ts'
import type { OptionReader } from './option-reader.ts'

/** An absolute `https:` URL, `http:` only on this machine; neither holds a password. */
export const secureUrlOption: OptionReader<URL> = (value, { where, option }) =>
  secureUrl(where, option, value as string)
