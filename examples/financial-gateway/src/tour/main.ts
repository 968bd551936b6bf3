import type { Server } from 'node:http'

import { expressServer } from '../express-app.ts'
import { gateway } from '../gateway.ts'
import { koaServer } from '../koa-app.ts'
import { listen } from '../listen.ts'
import { stops } from './stops.ts'
import { tourIssuer } from './tour-issuer.ts'
import { type Sight, visit } from './visit.ts'

const issuer = await tourIssuer()
const servers: Readonly<Record<string, Server>> = {
  Express: expressServer(gateway(issuer)),
  Koa: koaServer(gateway(issuer)),
}

// What handlers throw on the tour is meant to be thrown; the operator's copy of it would only clutter the table.
console.error = () => {}

let wrong = 0
for (const [framework, server] of Object.entries(servers)) {
  const url = await listen(server, '127.0.0.1', 0)
  console.log(`\n${framework}\n`)
  for (const stop of await stops(issuer)) {
    const sight = await visit(url, stop)
    if (sight.wrong.length > 0) wrong++
    console.log(line(sight))
  }
  server.close()
  server.closeAllConnections()
}
console.log(wrong === 0 ? '\nEvery answer is as it must be.' : `\n${wrong} answers are not as they must be.`)
process.exitCode = wrong === 0 ? 0 : 1

function line({ stop, status, guard, why, wrong: complaints }: Sight): string {
  const columns = [
    complaints.length === 0 ? 'ok   ' : 'WRONG',
    String(status),
    stop.title.padEnd(38),
    (guard ?? 'handler').padEnd(28),
    why,
  ]
  return [...columns, ...complaints].join('  ')
}
