import type { LoadReport } from '../load.ts'
import { endOf, messageOf, startPinned } from '../pinned.ts'
import type { Build } from './build.ts'
import { endOnLeaving } from './leaving.ts'
import { nameOf, type Probe } from './probe.ts'
import type { Scenario } from './scenario.ts'

const WARM_UP_REQUESTS = 12_000
const TURN_REQUESTS = 1000
const CONNECTIONS = 16

/** A probe for each of our contenders. The scenario is the build's own: who stands there and what each is asked. */
export async function pipelineProbes(builds: readonly Build[], only: string): Promise<Probe[]> {
  const scenarios = new Map<Build, Scenario>()
  for (const build of builds) scenarios.set(build, await scenarioOf(build))
  const client = endOnLeaving(startPinned('./pipeline/client.js', 1, {}))
  await messageOf(client)
  const load = (port: number, request: string, requests: number): Promise<LoadReport> => {
    const report = messageOf<LoadReport>(client)
    client.send({ port, request, requests, connections: CONNECTIONS })
    return report
  }

  const names = new Set([...scenarios.values()].flatMap((scenario) => Object.keys(scenario.contenders)))
  const chosen = [...names].filter((name) => nameOf(placeOf(name)).includes(only))
  return chosen.map((name) => ({
    async open(build) {
      const { contenders, jwk } = scenarios.get(build)!
      const asked = contenders[name]
      if (!asked) return undefined
      const server = endOnLeaving(
        startPinned(new URL('pipeline/server.js', build.folder).href, 0, { BENCH_CONTENDER: name, BENCH_JWK: jwk }),
      )
      const port = await messageOf<number>(server)
      const cpu = async (): Promise<number> => {
        const usage = messageOf<NodeJS.CpuUsage>(server)
        server.send('cpu')
        const { user, system } = await usage
        return user + system
      }
      let warm = false
      return {
        async next() {
          if (warm) return false
          warm = true
          await load(port, asked.request, WARM_UP_REQUESTS)
          return true
        },
        async turn() {
          const before = await cpu()
          const { statuses } = await load(port, asked.request, TURN_REQUESTS)
          const spent = (await cpu()) - before
          const seen = Object.keys(statuses).join(', ')
          if (seen !== asked.status)
            throw new Error(`${name} of ${build.name} answered ${seen}, not only ${asked.status}.`)
          return [{ ...placeOf(name), unit: 'µs CPU a request', value: spent / TURN_REQUESTS }]
        },
        async close() {
          server.disconnect()
          await endOf(server)
        },
      }
    },
  }))
}

async function scenarioOf(build: Build): Promise<Scenario> {
  const child = endOnLeaving(startPinned('./gate/scenario.js', 1, { BENCH_FOLDER: build.folder.href }))
  return messageOf<Scenario>(child)
}

function placeOf(name: string): { readonly case: string; readonly contender: string } {
  const [first = '', ...rest] = name.split(' ')
  return { case: first === 'flood' ? 'refusal flood' : first, contender: rest.join(' ') }
}
