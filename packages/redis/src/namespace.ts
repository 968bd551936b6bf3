import { ConfigurationError } from '@ashlar/core'

/**
 * What the names of all keys in Redis begin with. Braces would say which part of a name decides the node of a cluster.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 */
export function namespaceOf(where: string, namespace: unknown = 'ashlar'): string {
  if (typeof namespace === 'string' && /^[\w:.-]{1,64}$/.test(namespace)) return namespace
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `${where}: "namespace" is 1 to 64 letters, digits, ":", ".", "-" and "_".`,
  )
}
