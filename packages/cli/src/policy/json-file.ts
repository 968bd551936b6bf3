import { readFile } from 'node:fs/promises'

import { UsageError } from '../command.ts'

/** More than this is no policy file. */
const MAX_BYTES = 16 * 2 ** 20

/** @throws UsageError for a file that can't be read, is too large, or is no JSON */
export async function readJson<Value>(path: string): Promise<Value> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`)
  }
  if (bytes.length > MAX_BYTES) throw new UsageError(`${path} has more than ${MAX_BYTES} bytes.`)
  try {
    return JSON.parse(bytes.toString()) as Value
  } catch {
    throw new UsageError(`${path} is no JSON.`)
  }
}
