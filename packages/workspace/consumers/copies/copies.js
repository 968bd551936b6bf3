// Two copies of every package: the app's, with its adapter, and the one that guards are of. Each is named by a file that loads.
import { join } from 'node:path'

const { APP_COPY, GUARDS_COPY } = process.env
const { load: loadHere } = await import(join(import.meta.dirname, APP_COPY))
const { load: loadThere } = await import(join(import.meta.dirname, GUARDS_COPY))

export const here = loadHere
export const there = loadThere
