/** Where a command writes. `process` is one. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
}

interface Output {
  /** `false` asks to wait for `drain`, where there is an `once`. */
  write(text: string): unknown
  once?(event: 'drain' | 'close', listener: () => void): unknown
}

/** Prints, and waits while whoever reads is slower: what is printed is not held in memory. */
export async function print({ stdout }: Terminal, text: string): Promise<void> {
  if (stdout.write(text) !== false || !stdout.once) return
  await new Promise<void>((resolve) => {
    stdout.once?.('drain', resolve)
    stdout.once?.('close', resolve)
  })
}
