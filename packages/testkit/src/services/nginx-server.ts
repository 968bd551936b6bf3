import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { NGINX, requireBinary } from './binary.ts'
import { greeting } from './greeting.ts'
import { selfSigned } from './self-signed.ts'
import { freePort, startOnFreePort } from './server-process.ts'

export interface NginxServer {
  /** Where it takes plain HTTP. */
  readonly port: number
  /** Where it takes TLS, with a certificate for `localhost` that it has signed itself. */
  readonly tlsPort: number
  /** That certificate, PEM. */
  readonly certificate: string
  /** Stops it and removes its files. */
  stop(): Promise<void>
}

/**
 * An nginx of the test's own on free loopback ports, in front of `upstreamPort`. It tells the app how it was reached in
 * `X-Forwarded-For`, `X-Forwarded-Proto` and `Host`, in the place of whatever the client wrote there.
 * @throws Error where the machine has no `nginx` or no `openssl`
 * @example
 * const nginx = await nginxServer({ upstreamPort: server.port })
 * const answer = await fetch(`http://127.0.0.1:${nginx.port}/`)
 * await nginx.stop()
 */
export async function nginxServer({ upstreamPort }: { readonly upstreamPort: number }): Promise<NginxServer> {
  const binary = join(requireBinary(NGINX), NGINX.command)
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-nginx-'))
  const { certificate } = await selfSigned(folder)
  const tlsPort = await freePort()
  const { port, server } = await startOnFreePort((chosen) => {
    const file = join(folder, `${chosen}.conf`)
    writeFileSync(file, configuration(folder, chosen, tlsPort, upstreamPort))
    return {
      binary,
      cwd: folder,
      args: ['-p', folder, '-e', 'stderr', '-c', file],
      readyLine: /start worker process /,
      greet: () => greeting(chosen, Buffer.from('GET / HTTP/1.0\r\n\r\n'), /^HTTP\//),
    }
  })
  return {
    port,
    tlsPort,
    certificate,
    async stop() {
      await server.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, port: number, tlsPort: number, upstreamPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ')
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate ${folder}/certificate.pem;
    ssl_certificate_key ${folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`
}
