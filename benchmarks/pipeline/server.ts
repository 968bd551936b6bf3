import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { contenders } from './contenders.ts'

/** Serves one contender in a process of its own, says on which port, and when asked how much CPU time it has used. */
const make = contenders[process.env['BENCH_CONTENDER'] ?? '']
if (!make) throw new Error(`There is no contender ${process.env['BENCH_CONTENDER']}.`)
const server = createServer(make())
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit())
