import { answers } from './adapter-contract/answers.ts'
import type { AdapterUnderTest, TestRunner } from './adapter-contract/app.ts'
import { callbacks } from './adapter-contract/callbacks.ts'
import { caller } from './adapter-contract/caller.ts'
import { connections } from './adapter-contract/connections.ts'
import { errors } from './adapter-contract/errors.ts'
import { failingGuards } from './adapter-contract/failing-guards.ts'
import { hooks } from './adapter-contract/hooks.ts'
import { hostile } from './adapter-contract/hostile.ts'
import { moments } from './adapter-contract/moments.ts'
import { paths } from './adapter-contract/paths.ts'
import { protectingHeaders } from './adapter-contract/protecting-headers.ts'
import { queries } from './adapter-contract/queries.ts'
import { resets } from './adapter-contract/resets.ts'
import { respelled } from './adapter-contract/respelled.ts'
import { state } from './adapter-contract/state.ts'
import { unixSockets } from './adapter-contract/unix-sockets.ts'
import { upgrades } from './adapter-contract/upgrades.ts'

/**
 * What every adapter must do, as a suite for any test runner that speaks like Jest:
 * `adapterContract({ describe, test, expect }, adapter)`. Real servers on loopback, one a test.
 * @example
 * for (const { name, frontDoor, server } of testApps({ express: { adapter, versions: { Express: express } } })) {
 *   adapterContract({ describe, test, expect }, { ...traits, name, frontDoor, serve: server })
 * }
 */
export function adapterContract(runner: TestRunner, adapter: AdapterUnderTest): void {
  runner.describe(adapter.name, () => {
    for (const section of [
      answers,
      state,
      moments,
      protectingHeaders,
      hooks,
      callbacks,
      failingGuards,
      errors,
      paths,
      respelled,
      queries,
      caller,
      unixSockets,
      resets,
      connections,
      upgrades,
      hostile,
    ]) {
      section(runner, adapter)
    }
  })
}
