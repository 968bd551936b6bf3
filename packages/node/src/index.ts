export { adapter, frontDoor, type NodeAdapter, protect } from './adapter.ts'
export { type App, type FrontDoor, frontDoorWith, type MakeFrontDoor, type UpgradeListener } from './front-door.ts'
export { answerError, type NodeContext, type NodeRequest, nodePort } from './node-port.ts'
export { middlewareOf, type Next, type NodeMiddleware, type NodeProtect, protectWith } from './protect.ts'
