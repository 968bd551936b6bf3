import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, realpath, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'

/** What is said of whoever has a folder, or is about to. */
export interface Holder {
  readonly pid: number
  /** Of two who ask at the same time, the one with the smaller name gets it. */
  readonly name: string
  readonly held: boolean
}

export type Claim = { readonly release: () => Promise<void> } | { readonly heldBy: string }

const PREFIX = 'lock-'
/** How long a socket that is there may take to say whose it is; a process that is stopped says nothing, and holds it. */
const ANSWER_MS = 2000
/** What a path of a socket may have in it. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

/**
 * Claims a folder for this process, by a socket in it: the kernel ends what listens there with the process, however that ends,
 * and it is seen from every container that has the folder. Whoever claims it shows his own socket first and looks for others
 * then, so that of two at least one sees the other.
 * @throws Error where the folder can't have a socket in it
 */
export async function claimFolder(folder: string): Promise<Claim> {
  if (process.platform === 'win32') return claimPipe(folder)
  const name = randomBytes(8).toString('hex')
  const path = shortest(join(folder, PREFIX + name))
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Error(`Its path is too long for a lock by ${Buffer.byteLength(path) - LONGEST_PATH} bytes.`)
  const own = await announce(path, name)
  const heldBy = await otherHolder(folder, name)
  if (heldBy !== undefined) {
    await own.close()
    return { heldBy }
  }
  own.hold()
  return { release: () => own.close() }
}

interface Announcement {
  hold(): void
  close(): Promise<void>
}

async function announce(path: string, name: string): Promise<Announcement> {
  const asking = new Set<Socket>()
  let held = false
  const says = (): string => `${JSON.stringify({ pid: process.pid, name, held } satisfies Holder)}\n`
  const server = createServer((socket) => {
    asking.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => asking.delete(socket))
    socket.unref()
    socket.write(says())
  })
  // In a worker of node's cluster the primary would listen, and outlive it.
  await listening(server, { path, exclusive: true })
  return {
    hold() {
      held = true
      for (const socket of asking) socket.write(says())
    },
    async close() {
      server.close()
      for (const socket of asking) socket.destroy()
      await once(server, 'close')
    },
  }
}

async function listening(server: Server, at: { readonly path: string; readonly exclusive: true }): Promise<void> {
  server.listen(at)
  await once(server, 'listening')
  server.unref()
}

/** @returns who has the folder, in words */
async function otherHolder(folder: string, own: string): Promise<string | undefined> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(PREFIX) || entry === PREFIX + own) continue
    const heldBy = await whoHolds(shortest(join(folder, entry)), own)
    if (heldBy !== undefined) return heldBy
  }
  return undefined
}

async function whoHolds(path: string, own: string): Promise<string | undefined> {
  const socket = connect(path)
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('timeout')))
  const process = (pid: number): string => `process ${pid}`
  let last: Holder | undefined
  try {
    for await (const line of createInterface({ input: socket })) {
      last = JSON.parse(line) as Holder
      if (last.held || last.name < own) return process(last.pid)
      // He will see this one, and give up; unless he has looked already, and says so.
      socket.setTimeout(0)
    }
    return last ? undefined : 'a process that does not say who it is'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code !== 'ECONNREFUSED') return 'a process that does not say who it is'
    // Left by one that was killed. No other will ever have the name.
    await unlink(path).catch(() => undefined)
    return undefined
  } finally {
    socket.destroy()
  }
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.length < path.length ? fromHere : path
}

/** Windows has no sockets in folders, and names that only one process can have. */
async function claimPipe(folder: string): Promise<Claim> {
  const name = createHash('sha256')
    .update((await realpath(folder)).toLowerCase())
    .digest('hex')
    .slice(0, 32)
  const server = createServer((socket) => socket.destroy())
  try {
    await listening(server, { path: `\\\\.\\pipe\\ashlar-${name}`, exclusive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return { heldBy: 'another process' }
    throw error
  }
  return {
    async release() {
      server.close()
      await once(server, 'close')
    },
  }
}
