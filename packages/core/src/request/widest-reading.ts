/**
 * The widest reading of a path that any router makes: percent sequences decoded, lower case, no trailing slash.
 * A rule that adds protection matches this, so that no spelling of a path is less protected.
 */
export function widestReading(path: string): string {
  const decoded = path.includes('%') ? decode(path) : path
  const lower = decoded.toLowerCase()
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower
}

/** One character as UTF-8 has it, in percent sequences. */
const ESCAPES = /%(?:[0-7][\da-f]|(?:[cd][\da-f]|(?:e[\da-f]|f[0-7]%[89ab][\da-f])%[89ab][\da-f])%[89ab][\da-f])/gi

/** What decodes as a whole does; otherwise each character that does by itself, since some readers decode piece by piece. */
function decode(path: string): string {
  return decoded(path) ?? path.replace(ESCAPES, (escapes) => decoded(escapes) ?? escapes)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
