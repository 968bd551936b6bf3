export { frontDoorWith } from './front-door.ts'
export { answerError, nodePort } from './node-port.ts'
export { middlewareOf, protectWith } from './protect.ts'
