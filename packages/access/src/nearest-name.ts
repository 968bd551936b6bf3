export { nearestName } from '@ashlar/core'
