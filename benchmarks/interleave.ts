import { type Result, summarize } from './result.ts'

export interface MicroOptions {
  /** Rounds in which every contender has one turn. Default 9. */
  readonly rounds?: number
  /** Milliseconds of one turn. Default 100. */
  readonly turnMs?: number
}

/**
 * Nanoseconds an operation, contenders in turn within one process so that a noisy machine is noisy for all.
 * An operation answers something, so that it can't be optimised away; a promise is awaited.
 */
export async function interleave(
  title: string,
  contenders: Readonly<Record<string, () => unknown>>,
  { rounds = 9, turnMs = 100 }: MicroOptions = {},
): Promise<Result[]> {
  const samples = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (const operation of Object.values(contenders)) await turn(operation, turnMs)
  for (let round = 0; round < rounds; round++) {
    for (const [name, operation] of Object.entries(contenders)) samples.get(name)!.push(await turn(operation, turnMs))
  }
  return [...samples].map(([contender, values]) =>
    summarize({ case: title, contender, unit: 'ns/op', better: 'lower' }, values),
  )
}

let sink: unknown

async function turn(operation: () => unknown, ms: number): Promise<number> {
  const asynchronous = operation() instanceof Promise
  const end = performance.now() + ms
  const start = performance.now()
  let count = 0
  while (performance.now() < end) {
    if (asynchronous) for (let index = 0; index < 64; index++) sink = await operation()
    else for (let index = 0; index < 256; index++) sink = operation()
    count += asynchronous ? 64 : 256
  }
  const elapsed = performance.now() - start
  if (sink === turn) throw new Error('never: keeps the sink alive')
  return (elapsed * 1e6) / count
}
