import { existsSync } from 'node:fs'

import type * as Contenders from '../pipeline/contenders.ts'
import type * as Requests from '../pipeline/requests.ts'
import type * as Token from '../pipeline/token.ts'

/** Our contenders of one build: what each is asked, and the key that its server is given. */
export interface Scenario {
  readonly jwk: string
  readonly contenders: Readonly<Record<string, Requests.Asked>>
}

/** Tells the scenario of the build in BENCH_FOLDER, whose modules this process imports and no other. */
const folder = new URL('pipeline/', process.env['BENCH_FOLDER'])
const from = async <Module>(name: string): Promise<Module> => (await import(new URL(name, folder).href)) as Module

const { contenders } = await from<typeof Contenders>('contenders.js')
const { makeToken } = await from<typeof Token>('token.js')
// Commits from before the gate have their requests within the benchmark; they were these.
const requests = new URL('requests.js', folder)
const { asked } = (await import(
  existsSync(requests) ? requests.href : new URL('../pipeline/requests.js', import.meta.url).href
)) as typeof Requests

const { jwk, token } = await makeToken()
const ours = Object.keys(contenders).filter((name) => name.includes('ashlar'))
const scenario: Scenario = {
  jwk: JSON.stringify(jwk),
  contenders: Object.fromEntries(ours.map((name) => [name, asked(name, token)])),
}
process.send?.(scenario, () => process.exit())
