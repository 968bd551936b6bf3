export { requireFrontDoor } from '@ashlar/node'

export { adapter, errorBoundary, frontDoor, handle, type KoaAdapter, Protect, protect } from './adapter.ts'
export type { KoaErrorBoundary } from './error-boundary.ts'
export type { KoaApp, KoaFrontDoor } from './front-door.ts'
export type { KoaContext } from './koa-port.ts'
export type { KoaDecorator, KoaHandle, KoaMethod, KoaMiddleware, KoaNext, KoaProtect } from './protect.ts'
export type { ProtectedState } from './protected-state.ts'
