import './request-principal.ts'

export { requireFrontDoor } from '@ashlar/node'

export { adapter, type ExpressAdapter, errorBoundary, frontDoor, handle, Protect, protect } from './adapter.ts'
export type { ExpressErrorBoundary, ExpressErrorMiddleware } from './error-boundary.ts'
export type { ExpressDecorator, ExpressHandle, ExpressMethod } from './protect.ts'
