export { nearestName } from './options/nearest-name.ts'
export { checkOptionNames, type NumberRange, numberOption } from './options/options.ts'
