/**
 * Where the caller's module is: a path, or a `file:` URL. Asked of the stack, since an ES module and a CommonJS one are told
 * so in different ways, and these sources become both.
 */
export function ownFile(): string {
  const { prepareStackTrace } = Error
  try {
    let file: string | null | undefined
    Error.prepareStackTrace = (_, sites) => {
      file = sites[1]?.getFileName()
    }
    void new Error().stack
    if (!file) throw new Error('The stack does not say where this module is.')
    return file
  } finally {
    Error.prepareStackTrace = prepareStackTrace!
  }
}
