import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Starts one of the benchmark's own scripts on one core, where the machine can pin processes.
 * @param script Its path from here, or a whole file URL.
 */
export function startPinned(script: string, core: number, environment: Readonly<Record<string, string>>): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const command = canPin ? ['taskset', '-c', String(core), process.execPath] : [process.execPath]
  return spawn(command[0]!, [...command.slice(1), file], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** The next message of a child. A child that ends instead is an error, not a wait for ever. */
export function messageOf<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const answered = (message: unknown): void => {
      child.off('exit', ended)
      resolve(message as Message)
    }
    const ended = (code: number | null): void => {
      child.off('message', answered)
      reject(new Error(`A process ended (${code ?? child.signalCode}) before it answered: ${child.spawnargs.at(-1)}`))
    }
    child.once('message', answered)
    child.once('exit', ended)
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode)
  })
}

/** The child's end, which may have been already. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0
