const MAX_REMEMBERED = 1000

const told = new Set<string>()

/** Tells the operator through `process.emitWarning`: the same code with the same message once a process. */
export function warn(code: string, message: string): void {
  const warning = `${code} ${message}`
  if (told.has(warning)) return
  if (told.size >= MAX_REMEMBERED) told.clear()
  told.add(warning)
  process.emitWarning(`${message} See docs/reference/errors/${code}.md`, { type: 'AshlarWarning', code })
}
