import './request-principal.ts'

export { adapter, type ExpressAdapter, errorBoundary, frontDoor, handle, Protect, protect } from './adapter.ts'
export type { ExpressErrorBoundary, ExpressErrorMiddleware } from './error-boundary.ts'
export type { ExpressContext, ExpressRequest } from './express-port.ts'
export type {
  ExpressDecorator,
  ExpressHandle,
  ExpressMethod,
  ExpressMiddleware,
  ExpressProtect,
  Next,
} from './protect.ts'
