/** What a request says in its header. Not every server that calls an app fills in both, as node does. */
export interface HeaderSource {
  readonly rawHeaders?: readonly string[] | undefined
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
}

/**
 * Every value of a header, in order, by its name in any case. Where `rawHeaders` does not have the name and `headers` has it,
 * what that says: adapters of serverless platforms and mocks fill in nothing else, and an app may set one. Values that node or
 * the platform has joined are then one.
 */
export function headerValues(request: HeaderSource, name: string): readonly string[] {
  const wanted = name.toLowerCase()
  const values: string[] = []
  const { rawHeaders } = request
  if (Array.isArray(rawHeaders)) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const candidate: string = rawHeaders[index]
      if (candidate.length === wanted.length && candidate.toLowerCase() === wanted) values.push(rawHeaders[index + 1])
    }
  }
  // Node makes `headers` when it is first read, so that is left until it is needed.
  return values.length === 0 ? valuesIn(request.headers ?? {}, wanted) : values
}

function valuesIn(headers: NonNullable<HeaderSource['headers']>, name: string): readonly string[] {
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined
  return value === undefined || value === null ? [] : [value].flat().map(String)
}
