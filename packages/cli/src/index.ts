export { main, type Terminal } from './main.ts'
