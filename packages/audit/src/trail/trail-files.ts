import { close, fdatasync, ftruncate, open, write } from 'node:fs'
import { mkdir, open as openHandle, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The few things a trail does with files, so that a test can make each of them fail. */
export interface TrailFiles {
  /** The names in a folder; none when there is no such folder. */
  list(folder: string): Promise<string[]>
  makeFolder(folder: string): Promise<void>
  read(path: string): Promise<Buffer>
  /** Opens for appending, made if missing. The caller syncs the folder of a new file. */
  append(path: string): Promise<AppendFile>
  remove(path: string): Promise<void>
  /** Makes the entries of a folder durable. */
  syncFolder(folder: string): Promise<void>
}

export interface AppendFile {
  /** Bytes written so far. */
  readonly size: number
  /** Appends all of it, or rejects. */
  write(bytes: Buffer): Promise<void>
  /** Resolves when all that was written is on the disk itself. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

const openFile = promisify(open)
const writeFile = promisify(write) as (
  file: number,
  bytes: Buffer,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>
const syncFile = promisify(fdatasync)
const truncateFile = promisify(ftruncate)
const closeFile = promisify(close)

export const nodeFiles: TrailFiles = {
  async list(folder) {
    try {
      return await readdir(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  },
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  },
  read: (path) => readFile(path),
  async append(path) {
    const file = await openFile(path, 'a+', 0o600)
    let { size } = await stat(path)
    return {
      get size() {
        return size
      },
      async write(bytes) {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await writeFile(file, bytes, done, bytes.length - done, size)
          done += bytesWritten
          size += bytesWritten
        }
      },
      sync: () => syncFile(file),
      async truncate(length) {
        await truncateFile(file, length)
        size = length
      },
      close: () => closeFile(file),
    }
  },
  remove: (path) => unlink(path),
  async syncFolder(folder) {
    const handle = await openHandle(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}
