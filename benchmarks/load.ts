import { connect } from 'node:net'

/** A closed-loop HTTP/1.1 load: each connection sends its next request when the last answer is complete. */
export interface Load {
  readonly port: number
  /** The whole request, as it goes over the wire. */
  readonly request: string
  readonly connections: number
  /** How long it lasts, or how many requests it has; the first that is reached ends it. */
  readonly milliseconds?: number
  readonly requests?: number
}

export interface LoadReport {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
}

export function applyLoad({
  port,
  request,
  connections,
  milliseconds = Number.POSITIVE_INFINITY,
  requests = Number.POSITIVE_INFINITY,
}: Load): Promise<LoadReport> {
  const payload = Buffer.from(request, 'latin1')
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const start = performance.now()
  const end = start + milliseconds
  return new Promise((resolve, reject) => {
    let open = connections
    let left = requests
    // A client that sleeps has to be woken by each answer, and the server's core pays for that; on a virtual machine dearly.
    const stayAwake = (): void => {
      if (open > 0) setImmediate(stayAwake)
    }
    stayAwake()
    for (let index = 0; index < connections; index++) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let sent = 0
      let missing = 0
      let partial = ''
      const send = (): void => {
        if (--left < 0) {
          socket.end()
          return
        }
        sent = performance.now()
        socket.write(payload)
      }
      const answered = (): void => {
        const now = performance.now()
        latencies.push(now - sent)
        if (now < end) send()
        else socket.end()
      }
      socket.on('connect', send)
      socket.on('data', (chunk) => {
        if (missing > 0) {
          missing -= chunk.length
          if (missing === 0) answered()
          return
        }
        const text = partial + chunk.toString('latin1')
        const head = text.indexOf('\r\n\r\n')
        if (head === -1) {
          partial = text
          return
        }
        partial = ''
        const status = text.slice(9, 12)
        statuses[status] = (statuses[status] ?? 0) + 1
        const at = text.search(/content-length: /i)
        missing =
          head + 4 + (at === -1 || at > head ? 0 : Number.parseInt(text.slice(at + 16, at + 24), 10)) - text.length
        if (missing === 0) answered()
      })
      socket.on('error', reject)
      socket.on('close', () => {
        if (--open > 0) return
        const seconds = (performance.now() - start) / 1000
        latencies.sort((a, b) => a - b)
        resolve({
          requestsPerSecond: latencies.length / seconds,
          p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
          p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
          statuses,
        })
      })
    }
  })
}
