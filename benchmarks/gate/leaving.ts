import type { ChildProcess } from 'node:child_process'

const steps = new Set<() => void>()

/**
 * Does the step before this process ends, however it ends short of SIGKILL. The step is synchronous: nothing is awaited
 * any more by then. What is returned does it now.
 */
export function onLeaving(step: () => void): () => void {
  if (steps.size === 0) watch()
  const once = (): void => {
    if (steps.delete(once)) step()
  }
  steps.add(once)
  return once
}

/** A child must not outlive this process; one that leads a group of processes takes the group along. */
export function endOnLeaving(child: ChildProcess, leadsGroup = false): ChildProcess {
  const end = onLeaving(() => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(leadsGroup ? -child.pid : child.pid, 'SIGKILL')
    } catch {
      // It has ended in this moment.
    }
  })
  child.once('exit', end)
  return child
}

let watching = false

function watch(): void {
  if (watching) return
  watching = true
  // The last that came is undone first: children end before the folder that they run in goes.
  process.on('exit', () => {
    for (const step of [...steps].reverse()) step()
  })
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)
    process.on(signal, () => process.exit(128 + number))
}
