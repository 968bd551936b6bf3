import { readFileSync } from 'node:fs'
import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Who may write a log. */
export interface WriterLock {
  /** The log is whole: signed to its end. */
  release(): Promise<void>
  /** Somebody else may take the log over, and must recover it first. */
  abandon(): Promise<void>
}

/** How a log was last left. */
export type LockState = 'none' | 'held' | 'released' | 'abandoned'

interface Holder {
  readonly pid: number
  /** When the process started, in the kernel's ticks: a process id is given out again. */
  readonly started: string
  readonly host: string
  readonly released?: boolean
  readonly abandoned?: boolean
}

const NAME = /^lock\.(\d+)$/

/**
 * Claims a folder for this process. A claim is a file `lock.<n>`, made whole by linking, and whoever makes the highest
 * number holds the folder. The highest is never removed, so that two who saw the same dead holder can't both win.
 * @returns `undefined` when another process holds it, or may
 */
export async function claim(folder: string): Promise<WriterLock | undefined> {
  const highest = await highestLock(folder)
  if (highest > 0 && !isFree(await holderOf(folder, highest))) return undefined
  const mine = highest + 1
  const path = join(folder, `lock.${mine}`)
  const holder = currentHolder()
  const draft = await draftOf(folder, holder)
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  } finally {
    await unlink(draft)
  }
  if ((await highestLock(folder)) > mine) {
    await unlink(path)
    return undefined
  }
  for (const name of await readdir(folder)) {
    if (Number(NAME.exec(name)?.[1] ?? mine) < mine) await unlink(join(folder, name)).catch(() => {})
  }
  const leave = async (how: Partial<Holder>): Promise<void> => {
    // Renamed, so that no crash leaves half of it: a holder that can't be read is never free.
    await rename(await draftOf(folder, { ...holder, ...how }), path)
  }
  return { release: () => leave({ released: true }), abandon: () => leave({ abandoned: true }) }
}

async function draftOf(folder: string, holder: Holder): Promise<string> {
  const draft = join(folder, `draft.${process.pid}.${Math.random().toString(36).slice(2)}`)
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
  return draft
}

export async function lockState(folder: string): Promise<LockState> {
  const highest = await highestLock(folder)
  if (highest === 0) return 'none'
  const holder = await holderOf(folder, highest)
  if (holder?.released) return 'released'
  return isFree(holder) ? 'abandoned' : 'held'
}

async function highestLock(folder: string): Promise<number> {
  const names = await readdir(folder)
  return Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)))
}

async function holderOf(folder: string, number: number): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, `lock.${number}`), 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** Free is only what certainly is: on another host, or with a holder that can't be read, it is not. */
function isFree(holder: Holder | undefined): boolean {
  if (!holder) return false
  if (holder.released || holder.abandoned) return true
  if (holder.host !== hostOf()) return false
  return !isAlive(holder.pid) || startOf(holder.pid) !== holder.started
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function currentHolder(): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostOf() }
}

/** Process ids mean something only within one boot of one host, and within one container. */
function hostOf(): string {
  return `${hostname()} ${firstLine('/proc/sys/kernel/random/boot_id')}`
}

/**
 * Field 22 of /proc/<pid>/stat; the name before it may hold spaces. Empty where there is no such file, and for a process
 * that has ended and waits for its parent.
 */
function startOf(pid: number): string {
  const line = firstLine(`/proc/${pid}/stat`)
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? '' : (fields[19] ?? '')
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]!
  } catch {
    return ''
  }
}
