import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Several processes that run the same script, and talk by `process.send` and `process.on('message')`. */
export interface Fleet {
  send(message: unknown): void
  /** One message of the kind `name` (`{ name, … }`) from every process; those that have come already count. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what its own script sends
  each(name: string): Promise<any[]>
  /** Resolves when every process has ended by itself. @returns their exit codes */
  ended(): Promise<(number | null)[]>
  kill(): void
}

/**
 * @param script a JavaScript file; it finds `argument` as JSON in `process.argv[2]`
 * @example
 * const processes = fleet(new URL('fixtures/counting.js', import.meta.url), 8, { url: redis.url })
 * processes.send({ name: 'begin' })
 * const counts = await processes.each('counted')
 */
export function fleet(script: URL, count: number, argument: unknown): Fleet {
  const members = Array.from({ length: count }, () => new Member(script, argument))
  return {
    send(message) {
      for (const { child } of members) child.send(message as object)
    },
    each: (name) => Promise.all(members.map((member) => member.next(name))),
    ended: () => Promise.all(members.map(({ exit }) => exit)),
    kill() {
      for (const { child } of members) child.kill('SIGKILL')
    },
  }
}

interface Message {
  readonly name: string
}

class Member {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  readonly #unread: Message[] = []
  readonly #waiting: { name: string; resolve(message: Message): void; reject(error: Error): void }[] = []

  constructor(script: URL, argument: unknown) {
    this.child = fork(script, [JSON.stringify(argument)], { execArgv: [] })
    this.exit = once(this.child, 'exit').then(([code]) => {
      for (const { name, reject } of this.#waiting)
        reject(new Error(`A process ended (${code}) before it sent "${name}".`))
      return code as number | null
    })
    this.child.on('message', (message: Message) => {
      const index = this.#waiting.findIndex(({ name }) => name === message.name)
      if (index === -1) this.#unread.push(message)
      else this.#waiting.splice(index, 1)[0]!.resolve(message)
    })
  }

  next(name: string): Promise<Message> {
    const index = this.#unread.findIndex((message) => message.name === name)
    if (index !== -1) return Promise.resolve(this.#unread.splice(index, 1)[0]!)
    return new Promise((resolve, reject) => this.#waiting.push({ name, resolve, reject }))
  }
}
