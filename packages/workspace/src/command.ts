import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds after which it is killed. Default 120 000. */
  readonly timeoutMs?: number
}

export interface CommandResult {
  /** `null` when it was killed. */
  readonly code: number | null
  /** Standard output and standard error, as they came. */
  readonly output: string
}

/** Runs a program to its end. Never rejects because of what the program does. */
export function command(
  program: string,
  parameters: readonly string[],
  { cwd, env, timeoutMs = 120_000 }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }))
  })
}

/** @throws Error with the program's output when it ends with anything but 0 */
export async function succeed(
  program: string,
  parameters: readonly string[],
  options?: CommandOptions,
): Promise<string> {
  const { code, output } = await command(program, parameters, options)
  if (code === 0) return output
  throw new Error(`${program} ${parameters.join(' ')}: ${code === null ? 'killed' : `exit code ${code}`}\n${output}`)
}
