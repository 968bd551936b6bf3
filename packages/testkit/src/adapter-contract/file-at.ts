import { posix } from 'node:path'

/** What a static server finds under a path as it was sent: decoded once, with its dots and doubled slashes resolved. */
export function fileAt(files: Readonly<Record<string, string>>, path: string): string | undefined {
  try {
    const name = posix.normalize(decodeURIComponent(path))
    return Object.hasOwn(files, name) ? files[name] : undefined
  } catch {
    return undefined
  }
}
