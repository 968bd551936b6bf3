export type {
  AdapterUnderTest,
  AppUnderTest,
  Call,
  Handler,
  Reply,
  RouteUnderTest,
  TestRunner,
} from './adapter-contract/app.ts'

export { serve, TAKEN_OVER } from './adapter-contract/app.ts'
export { type NodePackage, plainAdapters } from './adapter-contract/plain-adapters.ts'
export { adapterContract } from './adapter-contract.ts'
export { type AttackToken, attackTokens } from './attack-tokens.ts'
export { type BrokenBody, brokenBodies } from './broken-bodies.ts'
export { admit, colour, decoratorContract, paint } from './decorator-contract.ts'
export { type FakeClock, fakeClock } from './fake-clock.ts'
export { type Fleet, fleet } from './fleet.ts'
export { type Recorder, recordEvents } from './recorder.ts'
export { type BrowserLaunch, browserLaunch } from './services/browser-launch.ts'
export { type NginxServer, nginxServer } from './services/nginx-server.ts'
export { type PostgresServer, type PostgresServerOptions, postgresServer } from './services/postgres-server.ts'
export { type RedisSentinel, type RedisSentinelOptions, redisSentinel } from './services/redis-sentinel.ts'
export { type RedisServer, type RedisServerOptions, redisServer } from './services/redis-server.ts'
export { type ServiceName, type SuiteRunner, withService } from './services/with-service.ts'
export { type TestApps, type TestFrameworks, testApps } from './test-apps/test-apps.ts'
export { type TestIssuer, type TestIssuerOptions, testIssuer } from './test-issuer.ts'
export { type TestRequest, testRequest } from './test-request.ts'
export { type TestCall, type TestResponse, type TestServer, testServer } from './test-server.ts'
export { type Trouble, type TroubleName, troubles } from './troubles.ts'
