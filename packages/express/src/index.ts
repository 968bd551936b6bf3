import './request-principal.ts'

export { adapter, type ExpressAdapter, errorBoundary, frontDoor, handle, Protect, protect } from './adapter.ts'
export type { ExpressErrorBoundary, ExpressErrorMiddleware } from './error-boundary.ts'
export type { ExpressDecorator, ExpressHandle, ExpressMethod } from './protect.ts'
