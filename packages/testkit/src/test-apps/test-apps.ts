import type { Server } from 'node:http'

import type { AppUnderTest } from '../adapter-contract/app.ts'
import { type TestServer, testServer } from '../test-server.ts'
import { type ExpressFramework, type ExpressPackage, expressServer } from './express-app.ts'
import { type KoaFramework, type KoaPackage, koaServer } from './koa-app.ts'

/** The frameworks that a package is tested in, which it brings itself. */
export interface TestFrameworks {
  /** Express by name, such as `{ 'Express 4': express4, 'Express 5': express }`. */
  readonly express?: ExpressPackage & { readonly versions: Readonly<Record<string, ExpressFramework>> }
  /** Koa by name. */
  readonly koa?: KoaPackage &
    Omit<KoaFramework, 'Koa'> & { readonly versions: Readonly<Record<string, KoaFramework['Koa']>> }
}

/** An arrangement in which guards can stand. */
export interface TestApps {
  /** `Express 5`, or `Express 5, front door`. */
  readonly name: string
  /** Whether the guards in front stand at the front door; otherwise they are the app's first middleware. */
  readonly frontDoor: boolean
  /** The app as a server that nobody has told to listen. */
  server(app: AppUnderTest): Server
  /** The app on a free loopback port. Nobody is told of its errors, unless by its own `options.onError`. */
  serve(app: AppUnderTest): Promise<TestServer>
}

/**
 * The same app in every framework, by middleware and behind the front door: what a package's tests run in, so that a guard
 * that holds in one holds in all.
 * @example
 * const apps = testApps({ express: { adapter, versions: { Express: express } }, koa: { adapter: koaAdapter, Router, versions: { Koa } } })
 * describe.each(apps)('in $name', ({ serve }) => {
 *   test('a stranger is refused', async () => {
 *     const server = await serve({ guards: [myGuard], routes: [{ path: '/' }] })
 *     expect((await server.call('/')).status).toBe(401)
 *     await server.close()
 *   })
 * })
 */
export function testApps({ express, koa }: TestFrameworks): readonly TestApps[] {
  const inExpress = Object.entries(express?.versions ?? {}).flatMap(([name, make]) =>
    arrangements(name, (app, frontDoor) => expressServer(make, express!, app, frontDoor)),
  )
  const inKoa = Object.entries(koa?.versions ?? {}).flatMap(([name, Koa]) =>
    arrangements(name, (app, frontDoor) => koaServer({ ...koa!, Koa }, koa!, app, frontDoor)),
  )
  return [...inExpress, ...inKoa]
}

function arrangements(name: string, make: (app: AppUnderTest, frontDoor: boolean) => Server): readonly TestApps[] {
  return [false, true].map((frontDoor) => ({
    name: frontDoor ? `${name}, front door` : name,
    frontDoor,
    server: (app) => make(app, frontDoor),
    serve: (app) => testServer(make({ ...app, options: { onError() {}, ...app.options } }, frontDoor)),
  }))
}
