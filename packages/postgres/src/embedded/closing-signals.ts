/** Closes what is open when the process is told to end, or has nothing left to do. */

type Close = () => Promise<unknown>

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

/** By which another copy of this module is known: it does not handle the signal for the app. */
const MARK = Symbol.for('@ashlar/postgres closing')

const open = new Set<Close>()
let ending = false

/** @returns how to leave it be */
export function closeAtTheEnd(close: Close): () => void {
  if (open.size === 0) watch()
  open.add(close)
  return () => {
    if (open.delete(close) && open.size === 0 && !ending) unwatch()
  }
}

function watch(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('beforeExit', closeAll)
}

function unwatch(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal)
  process.off('beforeExit', closeAll)
}

const onSignal = Object.assign(
  (signal: Signal): void => {
    // An app that ends by itself may still need the database, and closes it, or ends, when it has done its work.
    if (handlers(signal) > 0) return
    void closeAll().then(() => process.kill(process.pid, signal))
  },
  { [MARK]: true },
)

/** Those of the app. The package signal-exit, which many tools have, ends the process only when nobody else listens. */
function handlers(signal: Signal): number {
  const ours = process.listeners(signal).filter((listener) => MARK in listener).length
  const emitters = [
    (process as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__,
    (globalThis as { [name: symbol]: { count?: number } | undefined })[Symbol.for('signal-exit emitter')],
  ]
  const exits = emitters.reduce((sum, emitter) => sum + (emitter?.count ?? 0), 0)
  return process.listenerCount(signal) - ours - exits
}

/** Listens until all is closed: whoever counts listeners must not end the process before. */
async function closeAll(): Promise<void> {
  ending = true
  await Promise.allSettled([...open].map((close) => close()))
  ending = false
  open.clear()
  unwatch()
}
