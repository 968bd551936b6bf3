import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'

export interface TestCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A text or bytes are sent as they are; an object is sent as JSON. */
  readonly body?: string | Uint8Array | object
}

export interface TestResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape of what it receives
  json(): any
}

/** A real server on a free loopback port, and a client that hides nothing. */
export interface TestServer {
  readonly server: Server
  readonly port: number
  call(target: string, call?: TestCall): Promise<TestResponse>
  /** Writes `text` to a fresh connection as it is and returns all that comes back until the server closes it. */
  raw(text: string): Promise<string>
  close(): Promise<void>
}

/**
 * Serves an app on a free loopback port.
 * @example
 * const server = await testServer(app)
 * const { status } = await server.call('/orders', { method: 'POST', body: { symbol: 'ASH' } })
 * await server.close()
 */
export async function testServer(app: RequestListener | Server): Promise<TestServer> {
  const server = typeof app === 'function' ? createServer(app) : app
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    call: (target, call) => send(port, target, call),
    raw: (text) => sendRaw(port, text),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function send(
  port: number,
  target: string,
  { method = 'GET', headers = {}, body }: TestCall = {},
): Promise<TestResponse> {
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array)
  const payload = isJson ? JSON.stringify(body) : (body as string | Uint8Array | undefined)
  const fields: Record<string, string | readonly string[]> = { ...headers }
  if (isJson && fields['content-type'] === undefined) fields['content-type'] = 'application/json'
  if (payload !== undefined) fields['content-length'] = String(Buffer.byteLength(payload))
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: target,
      method,
      headers: fields as Record<string, string>,
      agent: false,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { statusCode: status = 0, headers: received, rawHeaders } = response
        resolve({ status, headers: received, rawHeaders, text, json: () => JSON.parse(text) })
      })
    })
    request.end(payload)
  })
}

function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.on('error', reject)
  })
}
