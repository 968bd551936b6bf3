import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts one of the benchmark's own scripts on one core, where the machine can pin processes. */
export function startPinned(script: string, core: number, environment: Readonly<Record<string, string>>): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const command = canPin ? ['taskset', '-c', String(core), process.execPath] : [process.execPath]
  return spawn(command[0]!, [...command.slice(1), file], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** The next message of a child. */
export async function messageOf<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message]
  return message
}

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0
