import { ConfigurationError } from '@ashlar/core'
import { OptionPlace, text } from '@ashlar/core/options'

const storeName = text({
  pattern: /^[\w.:-]{1,256}$/,
  says: '1 to 256 letters, digits, dots, hyphens, underscores or colons',
  quote: true,
})

/**
 * For a store to call with each name that it opens: two limiters of one name in one store would count into each other's records.
 * @param names those that this store has opened; the name is added
 * @throws ConfigurationError `ERR_RATE_LIMIT_NAME_TAKEN`, `ERR_OPTION_INVALID`
 */
export function openName(names: Set<string>, name: string): void {
  storeName(name, new OptionPlace('open()', 'name'))
  if (names.has(name)) {
    throw new ConfigurationError(
      'ERR_RATE_LIMIT_NAME_TAKEN',
      `Two rate limiters share a store under the name "${name}". Give each one a "name" of its own.`,
    )
  }
  names.add(name)
}
