import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** oidc-provider in its own process, with a client `app` that gets tokens and a client `orders-api` that asks about them. */
export interface AuthorizationServer {
  readonly issuer: string
  /** An access token for a resource: a JWT, or an opaque one for `urn:opaque`. */
  token(resource: string, headers?: Readonly<Record<string, string>>): Promise<string>
  /** Signs with a new key from now on, and keeps the one before in its JWKS. */
  rotate(kid: string): Promise<void>
  kill(): Promise<void>
  /** Starts it again at the same address, with keys of its own. */
  restart(): Promise<void>
}

const SCRIPT = fileURLToPath(new URL('../fixtures/authorization-server.js', import.meta.url))

export async function authorizationServer(): Promise<AuthorizationServer> {
  let child: ChildProcess
  let issuer = ''

  async function start(port: string): Promise<void> {
    child = fork(SCRIPT, [port], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const [message] = (await once(child, 'message')) as [{ issuer: string }]
    issuer = message.issuer
  }

  await start('0')
  return {
    issuer,
    async token(resource, headers = {}) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('app:app-secret')}`, ...headers },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'orders:read' }),
      })
      const { access_token: token } = (await response.json()) as { access_token?: string }
      if (token === undefined) throw new Error(`The authorization server answered ${response.status}.`)
      return token
    },
    async rotate(kid) {
      const done = once(child, 'message')
      child.send({ rotate: kid })
      await done
    },
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    restart: () => start(new URL(issuer).port),
  }
}
