export type Alarm = (error: unknown) => void

/** The app's own function for what can't be told to a caller, made safe to call; a process warning by default. */
export function alarmOf(onAlarm: ((error: unknown) => unknown) | undefined): Alarm {
  if (!onAlarm) return warn
  return (error) => {
    try {
      const result = onAlarm(error)
      if (result instanceof Promise) result.catch(warn)
    } catch (failure) {
      warn(failure)
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(`The audit trail: ${error instanceof Error ? error.message : String(error)}`)
}
