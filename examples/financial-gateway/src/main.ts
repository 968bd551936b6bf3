import { auditLog } from '@ashlar/audit'
import { createLogger, format, transports } from 'winston'

import { developmentIssuer, type Role } from './development-issuer.ts'
import { expressServer } from './express-app.ts'
import { gateway } from './gateway.ts'
import { koaServer } from './koa-app.ts'
import { listen } from './listen.ts'
import { readSettings } from './settings.ts'

try {
  await serve()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function serve(): Promise<void> {
  const settings = readSettings({ ENVIRONMENT: 'development', ...process.env })
  if (settings.ENVIRONMENT !== 'development') {
    throw new Error('This example signs its own tokens, so it serves in development only. Unset ENVIRONMENT.')
  }
  const issuer = await developmentIssuer()
  const server = settings.FRAMEWORK === 'koa' ? koaServer(gateway(issuer)) : expressServer(gateway(issuer))
  const url = await listen(server, settings.HOST, settings.PORT)
  auditLog({
    service: 'financial-gateway',
    logger: createLogger({ level: settings.LOG_LEVEL, format: format.json(), transports: [new transports.Console()] }),
  })
  console.log(await welcome(url, settings.FRAMEWORK, issuer.token))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close()
      server.closeIdleConnections()
    })
  }
}

async function welcome(url: string, framework: string, token: (role: Role) => Promise<string>): Promise<string> {
  const [viewer, trader, admin] = await Promise.all([token('viewer'), token('trader'), token('admin')])
  const order = `'{"symbol":"ASH","side":"buy","quantity":5,"price":41.5}'`
  return `
The financial gateway listens on ${url} (${framework}; FRAMEWORK=koa or express).
The tokens below are good for 30 minutes, and for this run only.

VIEWER=${viewer}
TRADER=${trader}
ADMIN=${admin}

curl -i ${url}/health
curl -i ${url}/api/v1/users/profile                                                   # 401: no token
curl -i ${url}/api/v1/users/profile -H "Authorization: Bearer $VIEWER"
curl -i ${url}/api/v1/trading/orders -H "Authorization: Bearer $VIEWER"
curl -i ${url}/api/v1/trading/orders -H "Authorization: Bearer $VIEWER" --json ${order}   # 403: may only read
curl -i ${url}/api/v1/trading/orders -H "Authorization: Bearer $TRADER" --json ${order}
curl -i ${url}/api/v1/admin/users -H "Authorization: Bearer $ADMIN"
`
}
