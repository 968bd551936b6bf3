import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, realpath, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, relative } from 'node:path'

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
/** Of one that closes before it has said anything: he is about to be gone. */
const ATTEMPTS = 20
const UNKNOWN = 'a process that does not say who it is'
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

/** @returns who has the folder or will have it; `undefined` where whoever has made the socket gives it up, or is gone */
async function whoHolds(path: string, own: string): Promise<string | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = await ask(path, own)
    if (answer !== 'cut off') return answer === 'gone' ? undefined : answer
  }
  return UNKNOWN
}

async function ask(path: string, own: string): Promise<string | 'gone' | 'cut off'> {
  const socket = connect(path)
  let isSilent = false
  socket.setTimeout(ANSWER_MS, () => {
    isSilent = true
    socket.destroy()
  })
  let text = ''
  try {
    for await (const chunk of socket) {
      text += String(chunk)
      const last = text.split('\n').at(-2)
      if (last === undefined) continue
      const { pid, name, held } = JSON.parse(last) as Holder
      if (held || name < own) return `process ${pid}`
      // He will see this one, and give up; unless he has looked already, and says so.
      socket.setTimeout(0)
    }
    return text === '' ? 'cut off' : 'gone'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return 'gone'
    if (code !== 'ECONNREFUSED') return code === 'ECONNRESET' && !isSilent ? 'cut off' : UNKNOWN
    // Left by one that was killed. No other will ever have the name.
    await unlink(path).catch(() => undefined)
    return 'gone'
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
