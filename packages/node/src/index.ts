export { adapter, frontDoor, type NodeAdapter, protect } from './adapter.ts'
export { type App, type FrontDoor, frontDoorWith, type MakeFrontDoor, type UpgradeListener } from './front-door.ts'
export { type NodeContext, nodePort, reportError, sendAnswer } from './node-port.ts'
export type { NodeMiddleware, NodeProtect } from './protect.ts'
