import { ConfigurationError } from '@ashlar/core'

/** @throws ConfigurationError `ERR_OPTION_INVALID` */
export function checkNamespace(where: string, namespace: unknown): void {
  if (typeof namespace === 'string' && /^[\w:.-]{1,64}$/.test(namespace)) return
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "namespace" is 1 to 64 letters, digits, ":", ".", "-" and "_".`,
  )
}
