import { type OptionReader, text } from '@ashlar/core/options'

/** The name of a header (RFC 9110 §5.1: a token). */
export function headerName(fallback?: string): OptionReader<string> {
  return text({
    pattern: /^[\w!#$%&'*+.^`|~-]+$/,
    says: 'the name of a header, such as X-API-Key',
    quote: true,
    ...(fallback !== undefined && { fallback }),
  })
}
