import { type TestServer, testServer } from '@ashlar/testkit'

/** A JWKS endpoint that says what it is told to say and counts how often it was asked. */
export interface KeyServer {
  readonly url: string
  readonly requests: number
  /** What it answers with from now on. A text is sent as it is. */
  answer(body: object | string, status?: number): void
  /** Waits with its answers until `release`. */
  hold(): void
  release(): void
  close(): Promise<void>
}

export async function keyServer(first: object): Promise<KeyServer> {
  let body: object | string = first
  let status = 200
  let requests = 0
  let held: (() => void)[] | undefined
  const server: TestServer = await testServer((_, response) => {
    requests++
    const send = (): void => {
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {})
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (held) held.push(send)
    else send()
  })
  return {
    url: `http://127.0.0.1:${server.port}/jwks`,
    get requests() {
      return requests
    },
    answer(next, code = 200) {
      body = next
      status = code
    },
    hold() {
      held = []
    },
    release() {
      for (const send of held ?? []) send()
      held = undefined
    },
    close: () => server.close(),
  }
}
