import { applyLoad, type Load } from '../load.ts'

/** Applies the loads that it is told to, one after another, in a process of its own. */
process.on('message', (load: Load) => {
  void applyLoad(load).then((report) => process.send?.(report))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
