import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface SelfSigned {
  readonly keyFile: string
  readonly certificateFile: string
  /** PEM. */
  readonly certificate: string
}

/**
 * A key and a certificate for `localhost` and 127.0.0.1, in the folder.
 * @throws Error where the machine has no `openssl`
 */
export async function selfSigned(folder: string): Promise<SelfSigned> {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', certificateFile],
  ])
  return { keyFile, certificateFile, certificate: await readFile(certificateFile, 'utf8') }
}
