import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** How to start one server, and how to tell that it is ready. */
export interface ServerCommand {
  readonly binary: string
  readonly args: readonly string[]
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  readonly cwd: string
  /** The line it prints once it listens. */
  readonly readyLine: RegExp
  /** Connects and speaks: resolves when the server has answered. */
  greet(): Promise<void>
}

const START_TIMEOUT_MS = 30_000

/** A child process that is a server: started once it has answered, ended once it has exited. */
export class ServerProcess {
  readonly #command: ServerCommand
  #child: ChildProcess | undefined = undefined
  readonly #atExit = (): void => void this.#child?.kill('SIGKILL')

  constructor(command: ServerCommand) {
    this.#command = command
  }

  async start(): Promise<void> {
    const { binary, args, user, cwd, readyLine, greet } = this.#command
    const child = spawn(binary, args, { cwd, ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    process.once('exit', this.#atExit)
    await new Promise<void>((resolve, reject) => {
      let output = ''
      const fail = (why: string): void => {
        child.kill('SIGKILL')
        reject(new Error(`${binary} ${why}:\n${output}`))
      }
      const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS)
      const settle = (then: () => void): void => {
        clearTimeout(timer)
        then()
      }
      const read = (chunk: Buffer): void => {
        // A server that talks all its life must not fill the memory of the test.
        if (output.length > 100_000) return
        output += chunk.toString()
        if (readyLine.test(output)) settle(resolve)
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.once('error', (error) => settle(() => reject(error)))
      child.once('exit', () => settle(() => fail('ended')))
    })
    await greet()
  }

  /** Sends a signal and waits for the process to end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    process.off('exit', this.#atExit)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }
}

/** A loopback port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Starts on a free port; on another one when somebody took it in between. */
export async function startOnFreePort(
  commandAt: (port: number) => ServerCommand,
): Promise<{ port: number; server: ServerProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const server = new ServerProcess(commandAt(port))
    try {
      await server.start()
      return { port, server }
    } catch (error) {
      await server.end('SIGKILL')
      if (attempt === 3) throw error
    }
  }
}
